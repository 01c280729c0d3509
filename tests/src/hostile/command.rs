//! Commands that no form makes, in changes that are well made: a device whose code was altered sends
//! them. JSON, a list of envelopes.

use super::office::{self, commands, document, honest_items, template};
use super::pen::Pen;
use super::{Seed, Target};
use domain::{Command, DocId, Envelope, LeadId};
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse};
use records::Doc;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Envelopes of one input that are used.
const SOME: usize = 16;

pub const TARGET: Target = Target { name: "command", meets: "what an altered device says it did", run, seeds, max_len: 4 * 1024 };

fn run(input: &[u8]) {
    let Ok(envelopes) = serde_json::from_slice::<Vec<Envelope>>(input) else { return };
    let items = written(envelopes);
    if items.is_empty() {
        return;
    }
    office::with(|office| {
        let body = rmp_serde::to_vec_named(&PushRequest { items }).expect("plain values");
        let (status, answer) = office.ask(office::push(false, body));
        if status == 200 {
            let answer: PushResponse = rmp_serde::from_slice(&answer).expect("an answer");
            assert!(answer.results.iter().all(|r| !matches!(r.outcome, Outcome::RetryLater { .. })), "{answer:?}");
            office.goes_on();
        }
    });
}

/// The changes that the altered device makes of them, one after the other.
fn written(envelopes: Vec<Envelope>) -> Vec<PushItem> {
    let (lead, asha) = (template().lead, template().asha);
    let mut pen = Pen::new(205, asha, document());
    let mut items = Vec::new();
    for envelope in envelopes.into_iter().take(SOME) {
        // Its own code may break on it; ours is what is tried.
        let made = catch_unwind(AssertUnwindSafe(|| match envelope.command {
            Command::CreateLead(_) => Pen::new(206, asha, Doc::empty()).write_as(LeadId::from(envelope.id), envelope),
            _ => pen.write_as(lead, envelope),
        }));
        items.extend(made.ok().flatten().filter(|item| item.doc != DocId::lead(lead) || !item.change.is_empty()));
    }
    items
}

fn seeds() -> Vec<Seed> {
    let packed =
        |name: &str, envelopes: &[Envelope]| Seed { name: name.to_owned(), bytes: serde_json::to_vec(envelopes).expect("plain values") };
    let envelopes: Vec<(&str, Envelope)> = honest_items().into_iter().map(|(name, item)| (name, item.envelope)).collect();
    assert_eq!(envelopes.len(), commands().len());
    let mut seeds: Vec<Seed> = envelopes.iter().map(|(name, envelope)| packed(name, std::slice::from_ref(envelope))).collect();
    let all: Vec<Envelope> = envelopes.into_iter().map(|(_, envelope)| envelope).collect();
    seeds.push(packed("all", &all));
    seeds
}
