use crate::city::*;
use civic::id::{AccountId, FileId};
use office::Office;

/// The smallest PNG that the checks accept, with a text that must go.
fn png(text: &str) -> Vec<u8> {
    let chunk = |kind: [u8; 4], contents: &[u8]| {
        let chunk = img_parts::png::PngChunk::new(kind, contents.to_vec().into());
        chunk.encoder().bytes().to_vec()
    };
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(*b"IHDR", b"0000000000000"));
    out.extend(chunk(*b"tEXt", text.as_bytes()));
    out.extend(chunk(*b"IDAT", b"pixels"));
    out.extend(chunk(*b"IEND", b""));
    out
}

fn blobs(city: &City) -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(city.folder().join("files")).unwrap();
    folders
        .flat_map(|f| std::fs::read_dir(f.unwrap().path()).unwrap())
        .map(|f| f.unwrap().path())
        .collect()
}

#[tokio::test]
async fn an_upload_is_cleaned_and_seen_by_its_uploader_only() {
    let city = City::found("upload").await;
    let unit = city.actor("unit");
    let file = city
        .office
        .upload(&unit, "../门口.PNG", png("Author\0place"))
        .await
        .unwrap();
    assert_eq!(
        (file.name.as_str(), file.mime.as_str(), file.matter),
        ("门口.png", "image/png", None)
    );
    let opened = city.office.open_file(&unit, file.id).await.unwrap();
    assert_eq!(opened.bytes.len() as i64, file.bytes);
    assert!(!opened.bytes.windows(5).any(|w| w == b"place"));
    unknown(city.office.open_file(&city.actor("grid"), file.id).await);
    unknown(city.office.open_file(&unit, FileId(3)).await);
    assert_eq!(city.audited().await[0], "upload");
}

#[tokio::test]
async fn uploads_without_sign_in_are_seen_by_nobody_until_they_are_attached() {
    let city = City::found("anonymous").await;
    let file = city
        .office
        .upload(&Office::anonymous(), "a.png", png("x"))
        .await
        .unwrap();
    assert_eq!(file.account, AccountId(0));
    unknown(city.office.open_file(&Office::anonymous(), file.id).await);
}

#[tokio::test]
async fn the_same_bytes_are_kept_once() {
    let city = City::found("once").await;
    let one = city
        .office
        .upload(&city.actor("unit"), "a.png", png("one"))
        .await
        .unwrap();
    let two = city
        .office
        .upload(&city.actor("grid"), "b.png", png("two"))
        .await
        .unwrap();
    assert_eq!(
        one.sha256, two.sha256,
        "they differ only in what is taken out"
    );
    assert_ne!(one.id, two.id);
    assert_eq!(blobs(&city).len(), 1);
}

#[tokio::test]
async fn wrong_kinds_sizes_and_damaged_pictures_are_refused() {
    let city = City::found("refused").await;
    let unit = city.actor("unit");
    for (bytes, code) in [
        (Vec::new(), "empty"),
        (b"MZ\x90\0program".to_vec(), "bad_kind"),
        (b"<html>".to_vec(), "bad_kind"),
        (vec![0; 20 * 1024 * 1024 + 1], "too_large"),
        (b"\x89PNG\r\n\x1a\n0000".to_vec(), "damaged"),
    ] {
        assert_eq!(
            codes(city.office.upload(&unit, "a.png", bytes).await),
            [code]
        );
    }
    assert!(
        std::fs::read_dir(city.folder().join("files"))
            .unwrap()
            .next()
            .is_none(),
        "nothing is kept"
    );
}

#[tokio::test]
async fn lost_and_altered_bytes_are_explained() {
    let city = City::found("lost").await;
    let unit = city.actor("unit");
    let file = city.office.upload(&unit, "a.png", png("x")).await.unwrap();
    let blob = blobs(&city).remove(0);
    std::fs::write(&blob, b"other").unwrap();
    assert!(conflict(city.office.open_file(&unit, file.id).await).contains("校验值不符"));
    std::fs::remove_file(&blob).unwrap();
    assert!(unknown(city.office.open_file(&unit, file.id).await).contains("文件内容已丢失"));
}

/// What the proof finds beside the database.
async fn proof(city: &City) -> Vec<String> {
    let folder = city.folder();
    let read = city
        .office
        .store()
        .read::<_, store::driver::OpenError>(move |conn| {
            let mut report = store::verify::Report::default();
            office::proof::beside(conn, &folder, &mut report, |_| ())?;
            Ok(report.findings)
        });
    read.await.unwrap()
}

#[tokio::test]
async fn the_proof_names_lost_and_altered_bytes_and_identities_that_the_key_does_not_open() {
    let city = City::found("beside").await;
    let unit = city.actor("unit");
    let file = city.office.upload(&unit, "a.png", png("x")).await.unwrap();
    assert!(proof(&city).await.is_empty());
    let blob = blobs(&city).remove(0);
    std::fs::write(&blob, b"other").unwrap();
    let found = proof(&city).await;
    assert!(
        found[0].starts_with(&format!("附件“a.png”（编号 {}）内容与登记", file.id)),
        "{found:?}"
    );
    std::fs::remove_file(&blob).unwrap();
    assert!(proof(&city).await[0].contains("文件已丢失"));
    let insert = "INSERT INTO party (shard, matter, cipher) VALUES (1, 77, $1)";
    city.office
        .store()
        .write::<_, store::lane::Failure>(|conn| Ok(conn.exec(insert, &[vec![1u8; 60].into()])?))
        .await
        .unwrap();
    assert!(proof(&city).await[0].contains("事件 77 的加密身份"));
    std::fs::remove_file(city.folder().join("hangji.key")).unwrap();
    assert!(proof(&city).await[0].contains("没有找到密钥文件"));
}
