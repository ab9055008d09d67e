//! Figures about the program itself, in the text format of OpenMetrics, which Prometheus reads.
//!
//! They are served on an address of their own, so that a monitoring system reaches them and visitors do
//! not. There is nothing of people and matters in them: routes instead of paths, counts and times.

use crate::memory::resident_bytes;
use anyhow::Context;
use api::Answered;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use office::Office;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

/// Upper bounds in seconds, around the targets: 5 ms for a board, 10 ms for a queue, 50 ms for a step.
const SECONDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// What answers are counted by. Few values each: routes are those of the program, and the status is
/// told by its class.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    class: &'static str,
}

/// The figures of a process.
pub struct Metrics {
    registry: Registry,
    answers: Family<Labels, Histogram>,
}

impl Metrics {
    /// Figures of an office; they do not keep it alive.
    pub fn of(office: &Arc<Office>) -> Arc<Self> {
        let mut registry = Registry::with_prefix("hangji");
        let answers = Family::<Labels, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register(
            "http_answer_seconds",
            "Time until the head of an answer was there",
            answers.clone(),
        );
        registry.register_collector(Box::new(Inside(Arc::downgrade(office))));
        Arc::new(Self { registry, answers })
    }

    /// Counts an answer.
    pub fn answered(&self, answered: &Answered<'_>) {
        let labels = Labels {
            method: answered.method.as_str().to_owned(),
            route: answered.route.unwrap_or("other").to_owned(),
            class: class(answered.status),
        };
        let histogram = self.answers.get_or_create(&labels);
        histogram.observe(answered.took.as_secs_f64());
    }

    /// Serves them at `/metrics` until the process ends.
    pub async fn listen(self: Arc<Self>, address: SocketAddr) -> anyhow::Result<SocketAddr> {
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .with_context(|| {
                format!(
                    "无法在 {address} 提供监控指标：可能已有程序占用这个端口，请换一个 --metrics"
                )
            })?;
        let bound = listener.local_addr()?;
        let app = Router::new().route("/metrics", get(text)).with_state(self);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(bound)
    }
}

async fn text(State(metrics): State<Arc<Metrics>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// What is read from the parts of the program when somebody asks.
#[derive(Debug)]
struct Inside(Weak<Office>);

impl Collector for Inside {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        if let Some(office) = self.0.upgrade() {
            let (store, pulse) = (office.store(), office.store().pulse());
            let seconds = pulse.nanos as f64 / 1e9;
            let mut count =
                |name, help, value| write(&mut encoder, name, help, &ConstCounter::new(value));
            count(
                "sets",
                "Sets carried out by the committer, each one transaction",
                pulse.sets,
            )?;
            count(
                "commands",
                "Commands in these sets, with those that were refused",
                pulse.commands,
            )?;
            count(
                "busy",
                "Commands turned away because the queue was full",
                pulse.busy,
            )?;
            let busy = ConstCounter::new(seconds);
            write(&mut encoder, "sets_seconds", "Time spent on sets", &busy)?;
            let mut gauge =
                |name, help, value: u64| write(&mut encoder, name, help, &ConstGauge::new(value));
            gauge(
                "commands_waiting",
                "Commands in the queue of the committer",
                pulse.waiting,
            )?;
            gauge(
                "reads_waiting",
                "Reads that wait for a thread",
                store.reads_waiting() as u64,
            )?;
            let read_only = u64::from(store.is_read_only());
            gauge(
                "read_only",
                "1 where nothing can be written: disk full, or another server took over",
                read_only,
            )?;
        }
        if let Some(bytes) = resident_bytes() {
            let help = "Memory that the process has resident";
            write(
                &mut encoder,
                "resident_bytes",
                help,
                &ConstGauge::new(bytes),
            )?;
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            let help = "File handles that the process holds";
            write(
                &mut encoder,
                "open_handles",
                help,
                &ConstGauge::new(open.count() as u64),
            )?;
        }
        Ok(())
    }
}

fn write(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    metric: &impl EncodeMetric,
) -> Result<(), std::fmt::Error> {
    metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
}
