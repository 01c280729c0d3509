//! Skills as one types them: `language Tamil, source Facebook, tag VIP`. Pure.

use domain::assignment::Skill;
use std::collections::BTreeSet;

pub fn write(skills: &BTreeSet<Skill>) -> String {
    let one = |skill: &Skill| match skill {
        Skill::Language(name) => format!("language {name}"),
        Skill::Source(name) => format!("source {name}"),
        Skill::Tag(name) => format!("tag {name}"),
    };
    skills.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Nothing for what is none.
pub fn read(typed: &str) -> Option<BTreeSet<Skill>> {
    let parts = typed.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (kind, name) = part.split_once([' ', ':'])?;
            let name = name.trim().to_owned();
            match kind.to_lowercase().as_str() {
                _ if name.is_empty() => None,
                "language" => Some(Skill::Language(name)),
                "source" => Some(Skill::Source(name)),
                "tag" => Some(Skill::Tag(name)),
                _ => None,
            }
        })
        .collect()
}

/// A number, or none for no limit.
pub fn limit(typed: &str) -> Option<Option<u32>> {
    let typed = typed.trim();
    if typed.is_empty() { Some(None) } else { typed.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skills_read_as_they_are_written() {
        let skills = BTreeSet::from([Skill::Language("Tamil".into()), Skill::Source("Google Ads".into()), Skill::Tag("VIP".into())]);
        assert_eq!(read(&write(&skills)), Some(skills));
        assert_eq!(read(" Tag: fair ,"), Some(BTreeSet::from([Skill::Tag("fair".into())])));
        assert_eq!(read(""), Some(BTreeSet::new()));
        for wrong in ["Tamil", "city Pune", "tag", "tag "] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_empty_box_is_no_limit() {
        assert_eq!((limit(" "), limit("20"), limit("many"), limit("-1")), (Some(None), Some(Some(20)), None, None));
    }
}
