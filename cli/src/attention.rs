//! `leadline attention …`

use crate::args::Attention;
use crate::failure::Failure;
use crate::lead::one_of;
use crate::place::Place;
use crate::print::{Printer, one_line, plain};
use crate::words;
use bridge::attention::{AttentionDiscard, AttentionItem, AttentionList, AttentionRetry, AttentionSend};
use client::desk::Desk;
use domain::CommandId;
use serde_json::json;
use std::fmt::Write as _;

pub fn run(place: &Place, print: &Printer, command: Attention) -> Result<(), Failure> {
    match command {
        Attention::List => {
            let items = place.read()?.ask(AttentionList {})?;
            print.answer(&items, || {
                if items.is_empty() { "Nothing needs attention.".to_owned() } else { items.iter().map(in_words).collect() }
            })
        }
        Attention::Retry { item } => {
            let desk = place.write()?;
            let command = find(&desk, &item)?;
            desk.ask(AttentionRetry { command })?;
            print.answer(&json!({ "retried": command }), || "Issued again.".to_owned())
        }
        Attention::Send { item } => {
            let desk = place.write()?;
            let command = find(&desk, &item)?;
            desk.ask(AttentionSend { command })?;
            print.answer(&json!({ "sent": command }), || "Kept for a manager to decide.".to_owned())
        }
        Attention::Discard { item } => {
            let desk = place.write()?;
            let command = find(&desk, &item)?;
            desk.ask(AttentionDiscard { command })?;
            print.answer(&json!({ "discarded": command }), || "Discarded.".to_owned())
        }
    }
}

fn find(desk: &Desk, typed: &str) -> Result<CommandId, Failure> {
    let items = desk.ask(AttentionList {})?;
    Ok(CommandId(one_of(items.iter().map(|i| (i.command.0, ())), typed, "item")?.0))
}

fn in_words(item: &AttentionItem) -> String {
    let mut out = String::new();
    let here = if item.lead_here { words::short_lead(item.lead) } else { "not on this computer any more".to_owned() };
    let _ = writeln!(out, "{}  {} ({here})", words::short(item.command.0), one_line(&item.lead_name));
    let _ = writeln!(out, "  you {}, {}", one_line(&words::what(&item.what)), words::when(&item.wrote));
    let _ = writeln!(out, "  not accepted {}: {}", words::when(&item.refused), one_line(&item.why));
    if let Some(winning) = &item.winning {
        let _ = writeln!(out, "  it is now: {}", one_line(winning));
    }
    if !item.typed.is_empty() {
        out.push_str("  you typed:\n");
        plain(&item.typed).lines().for_each(|line| {
            let _ = writeln!(out, "    {line}");
        });
    }
    out.push('\n');
    out
}
