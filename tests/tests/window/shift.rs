//! A shift in the real window; `cargo xtask shift` prints what it came to.

use anyhow::Result;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shift_by_keyboard_over_a_bad_line_is_counted_as_the_log_says() -> Result<()> {
    let report = tests::shift::work(300, 1).await?;
    assert!(report.cuts > 0, "the network went away");
    assert!(report.chords <= 3 * report.calls, "{report:?}");
    Ok(())
}
