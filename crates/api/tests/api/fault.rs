//! What fails is logged, and found again by the number that the person was told.

use crate::app::App;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// A log that the test reads.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_fault_is_logged_once_under_the_number_that_the_person_is_told() {
    let app = App::sqlite("fault").await;
    let unit = app.user("unit").await;
    app.test.sql("ALTER TABLE message RENAME TO gone").await;

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let answer = unit.get("/api/v1/messages").await;
    drop(guard);

    let (code, sentence) = answer.refusal();
    assert_eq!(code, "500 broken");
    assert!(sentence.contains("问题编号"), "{sentence}");
    assert!(!answer.text().contains("message"), "{}", answer.text());
    let id = answer.json()["request_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("x-request-id"), id);
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = written.lines().filter(|l| l.contains("ERROR")).collect();
    assert_eq!(lines.len(), 1, "{written}");
    assert!(lines[0].contains(&format!("request=\"{id}\"")), "{written}");
    assert!(lines[0].contains("no such table"), "{written}");
}
