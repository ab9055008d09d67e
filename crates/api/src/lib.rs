//! HTTP: routes, extractors, problem+json, OpenAPI, server-sent events
