//! `leadline attention …`

use crate::args::Attention;
use crate::leads::what;
use crate::output::{Output, time};
use bridge::Problem;
use bridge::attention::{AttentionDiscard, AttentionItem, AttentionList, AttentionRetry};
use client::desk::Desk;
use domain::CommandId;

pub fn run(desk: &Desk, task: Attention, output: &Output) -> Result<(), Problem> {
    match task {
        Attention::List => output.show(&desk.ask(AttentionList {})?, |items| list(items)),
        Attention::Retry { command } => {
            desk.ask(AttentionRetry { command: CommandId(command) })?;
            output.done("Tried again; `leadline sync` sends it.");
        }
        Attention::Discard { command } => {
            desk.ask(AttentionDiscard { command: CommandId(command) })?;
            output.done("Discarded.");
        }
    }
    Ok(())
}

fn list(items: &[AttentionItem]) -> String {
    if items.is_empty() {
        return "Nothing needs attention.".into();
    }
    let one = |item: &AttentionItem| {
        let winning = item.winning.as_ref().map(|w| format!("\n  it is now: {w}")).unwrap_or_default();
        format!("{}  {}  {}\n  you wrote: {}\n  {}{winning}", item.command, item.lead_name, time(&item.wrote), what(&item.what), item.why)
    };
    items.iter().map(one).collect::<Vec<_>>().join("\n")
}
