//! `leadline-server audit verify`: what it prints, and how it ends.

use crate::server::{Server, run};
use crate::{Author, pull, ready};
use records::Doc;
use std::path::Path;
use std::process::Command;

fn verify(data: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadline-server"));
    let output = command.env_clear().arg("--data").arg(data).args(["audit", "verify"]).args(args).output().expect("the program starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("text"))
}

/// A company that edited, ended, and the log's end as a device has seen it.
fn company() -> (tempfile::TempDir, String) {
    let server: Server = ready();
    let asha = server.sign_in("asha@acme.example");
    let mut author = Author::new(asha.session().clone(), 1);
    for _ in 0..5 {
        asha.push(vec![author.create(&mut Doc::empty())]);
    }
    let head = pull(&asha, None).pop().and_then(|batch| batch.head).expect("the log's end");
    (server.stop(), head)
}

#[test]
fn verify_says_where_and_ends_with_1() {
    let (folder, head) = company();
    let data = folder.path();
    let (code, said) = verify(data, &["--deep", "--head", &head]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("The log is whole: ") && said.contains("5 documents and their rows are what it says."), "{said}");
    let (code, said) = verify(data, &["--head", "1:2:zz"]);
    assert!(code == Some(2) && said.contains("EPOCH:SEQ:HEX"), "{said}");
    let database = rusqlite::Connection::open(data.join("leadline.db")).expect("opened");
    let altered = "UPDATE log SET accepted_at = accepted_at + 1 WHERE seq = 9";
    assert_eq!(database.execute(altered, []).expect("altered"), 1);
    let (code, said) = verify(data, &[]);
    assert!(code == Some(1) && said.contains("the log was altered:\nEntry 9 (change of lead:"), "{said}");
    assert_eq!(said.matches("Entry ").count(), 1, "{said}");
    database.execute("UPDATE log SET accepted_at = accepted_at - 1 WHERE seq = 9", []).expect("put back");
    run(data, &["audit", "verify"]).expect("whole again");
    let sql = "DELETE FROM log WHERE seq > 9; \
               UPDATE orgs SET next_seq = 10, chain = (SELECT chain FROM log WHERE seq = 9)";
    database.execute_batch(sql).expect("cut");
    let (code, said) = verify(data, &[]);
    assert!(code == Some(0) && said.contains("The log is whole: 9 entries."), "{said}");
    let (code, said) = verify(data, &["--head", &head]);
    assert!(code == Some(1) && said.contains("The end is cut off: a device has seen entry "), "{said}");
}
