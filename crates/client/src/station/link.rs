//! What waits to be opened from outside: it waits behind the lock, and the newest counts.

use super::{Station, lock};
use bridge::Change;
use bridge::link::Link;
use domain::LeadId;

const SCHEME: &str = "leadline";
/// Longest link that is looked at, bytes.
const TEXT_MAX: usize = 4_096;

impl Station {
    /// Takes a link that somebody clicked, `leadline://lead/ID`.
    pub fn follow(&self, text: &str) {
        self.open_at(read(text));
    }

    /// Lets the window go there as soon as a copy is open.
    pub fn open_at(&self, link: Link) {
        lock(&self.0.state).link = Some(link);
        self.tell(Change { link: true, ..Change::default() });
    }

    /// What waits, unless the copy is locked.
    pub(super) fn take_link(&self) -> Option<Link> {
        let mut state = lock(&self.0.state);
        state.open.as_ref()?;
        state.link.take()
    }
}

fn read(text: &str) -> Link {
    let unfit = |why: &str| Link::Unfit { why: why.to_owned() };
    let rest = text.trim().get(..text.trim().len().min(TEXT_MAX)).and_then(|text| text.split_once("://"));
    let Some((_, rest)) = rest.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME)) else {
        return unfit("This is no link of Leadline, so nothing was opened.");
    };
    let (kind, rest) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    let id = rest.strip_suffix('/').unwrap_or(rest);
    match kind.to_ascii_lowercase().as_str() {
        "lead" => {
            id.parse::<LeadId>().map_or_else(|_| unfit("This link names no lead: a part of it is missing."), |lead| Link::Lead { lead })
        }
        "join" => unfit("This is an invitation. Choose “Someone else” behind the lock, and paste it there."),
        _ => unfit("This link is of another version of Leadline, or damaged. Nothing was opened."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_lead_or_says_why_not() {
        let id = "0193c5a0-0000-7000-8000-000000000001";
        let lead = Link::Lead { lead: id.parse().expect("an id") };
        for text in [format!("leadline://lead/{id}"), format!(" LEADLINE://Lead/{id}/ \n")] {
            assert_eq!(read(&text), lead, "{text}");
        }
        for (text, says) in [
            (format!("https://lead/{id}"), "no link of Leadline"),
            (format!("leadline:lead/{id}"), "no link of Leadline"),
            ("--profile=/etc".into(), "no link of Leadline"),
            ("".into(), "no link of Leadline"),
            ("leadline://lead/".into(), "names no lead"),
            ("leadline://lead/1".into(), "names no lead"),
            (format!("leadline://lead/{id}/../x"), "names no lead"),
            (format!("leadline://lead/{id}?x=1"), "names no lead"),
            ("leadline://join?server=x&code=y".into(), "an invitation"),
            ("leadline://wipe".into(), "another version"),
            ("leadline://".into(), "another version"),
            (format!("leadline://lead/{}", "9".repeat(10_000)), "names no lead"),
            ("नमस्ते".repeat(2_000), "no link of Leadline"),
        ] {
            let Link::Unfit { why } = read(&text) else { panic!("{text} was read") };
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
