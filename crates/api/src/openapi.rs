//! The OpenAPI 3.1 document, made from the routes and types, and the page to browse it.

use crate::App;
use crate::error::{CODES, Code, Fail, ProblemDocument};
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Response,
    ResponseBuilder, tag::TagBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::SwaggerUi;

/// Tags, one a noun, in the order of the page.
const TAGS: &[(&str, &str)] = &[
    ("session", "登录与退出"),
    ("me", "当前登录的人"),
    ("area", "区划：市、县区、镇街、村居、网格、治理单元"),
    ("post", "岗位任免与空岗"),
    ("opening", "空缺岗位公开选聘：报名、公示、异议、报送任命"),
    ("duty", "值班安排"),
    ("category", "事件类别与时限"),
    ("dictionary", "代码与中文名称"),
    ("flow", "流程定义"),
    ("matter", "事件：上报、研判、办理、反馈、办结"),
    ("file", "附件"),
    ("board", "看板与指标"),
    ("message", "消息"),
    ("notice", "通知、任务、通报"),
    ("publication", "写给居民的公告和动态：编写、审核、发布"),
    ("library", "文件库：政策文件、工作指引、岗位手册"),
    ("certificate", "不应由村居出具的证明"),
    ("admission", "部门工作进村居、网格的准入清单"),
    ("assessment", "考核评价：方案、考核期、结果、抽查复核、申诉"),
    ("event", "实时推送"),
    ("visit", "走访巡查"),
    ("audit", "审计日志"),
    ("account", "账号"),
    ("token", "接口令牌"),
    ("parameter", "系统参数与安全策略"),
    ("job", "定时任务"),
    ("sender", "消息通道、外发消息、订阅"),
    ("public", "群众上报与查询（无需登录）"),
    ("health", "运行状况"),
];

/// Operations that nobody needs to sign in for.
const OPEN_PREFIXES: &[&str] = &["/api/v1/public/", "/api/v1/demo/", "/health"];

/// The document without routes.
pub(crate) fn frame() -> OpenApi {
    let codes: String = CODES
        .iter()
        .map(|(_, status, code, title)| format!("| `{code}` | {status} | {title} |\n"))
        .collect();
    let description = format!(
        "Governance of a city from the city to the unit: reports, judgement by level, joint handling, boards.\n\n\
         Ids are strings. Instants are integers of milliseconds UTC, days are texts like `2026-11-22`. \
         Every unsafe request that is carried by the session cookie needs the header `X-Hangji: 1`; \
         commands also need `Idempotency-Key`, and a repeated key gets the first answer. \
         Errors are `application/problem+json` (RFC 9457); clients decide by `code`:\n\n\
         | code | status | 含义 |\n|---|---|---|\n{codes}"
    );
    let info = InfoBuilder::new()
        .title("Hangji 夯基")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description));
    let tags = TAGS.iter().map(|(name, words)| {
        TagBuilder::new()
            .name(*name)
            .description(Some(*words))
            .build()
    });
    OpenApiBuilder::new()
        .info(info.build())
        .tags(Some(tags))
        .build()
}

/// The document of all routes.
#[must_use]
pub fn openapi() -> OpenApi {
    finished(crate::routes().split_for_parts().1)
}

/// Adds what holds for all operations: how one is known, and what every refusal looks like.
pub(crate) fn finished(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        crate::extract::COOKIE,
        "会话，登录后由服务器写入",
    )));
    let bearer = SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("接口令牌"))
            .build(),
    );
    components
        .security_schemes
        .insert("session".into(), RefOr::T(cookie));
    components
        .security_schemes
        .insert("token".into(), RefOr::T(bearer));
    let mut schemas = vec![(
        ProblemDocument::name().into_owned(),
        ProblemDocument::schema(),
    )];
    ProblemDocument::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            if !OPEN_PREFIXES.iter().any(|open| path.starts_with(open))
                && operation.security.is_none()
            {
                let none: [&str; 0] = [];
                operation.security = Some(vec![
                    SecurityRequirement::new("session", none),
                    SecurityRequirement::new("token", none),
                ]);
            }
            name(operation);
            operation
                .responses
                .responses
                .insert("default".into(), refusal());
        }
    }
    document
}

/// Functions of different nouns may have the same name; operations may not.
fn name(operation: &mut Operation) {
    let noun = operation.tags.as_ref().and_then(|t| t.first());
    if let (Some(noun), Some(own)) = (noun, &operation.operation_id)
        && noun != own
    {
        operation.operation_id = Some(format!("{noun}_{own}"));
    }
}

fn refusal() -> RefOr<Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
        .build();
    RefOr::T(
        ResponseBuilder::new()
            .description("没有办成：原因与办法见 detail")
            .content("application/problem+json", content)
            .build(),
    )
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// `/api/v1/openapi.json` and the page `/docs`, served from the binary. The page needs no rule of
/// its own: its scripts are files.
pub(crate) fn routes(document: OpenApi) -> Router<Arc<App>> {
    let text: Arc<str> = document.to_json().unwrap_or_default().into();
    let page = SwaggerUi::new("/docs")
        .config(utoipa_swagger_ui::Config::from("/api/v1/openapi.json").try_it_out_enabled(true));
    let json = get(move || async move {
        (
            [(header::CONTENT_TYPE, "application/json")],
            text.to_string(),
        )
            .into_response()
    });
    Router::new()
        .route("/api/v1/openapi.json", json)
        .merge(Router::<Arc<App>>::from(page))
}

pub(crate) async fn bad_method() -> Fail {
    Fail::new(
        Code::BadMethod,
        "这个地址不支持这种请求方法，请对照 /docs 核对",
    )
}

/// The document as text, as `docs/openapi.json` keeps it.
#[must_use]
pub fn openapi_json() -> String {
    let mut text = openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
