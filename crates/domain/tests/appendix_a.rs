//! The permission table against its source: Appendix A of the product specification, whose rows stand
//! in `appendix_a.md` word for word.

use domain::policy::scope;
use domain::{Action, Role, Scope};

/// Cells whose words the letters of the rest do not say, and what they come to.
const IN_WORDS: [(usize, Role, Scope, &str); 6] = [
    (18, Role::RecoveryAgent, Scope::Converted, "✔ converted hand-over only [10]"),
    // Appendix D names who is told; a manager is told of their team.
    (35, Role::FinanceManager, Scope::All, "payments? [17]"),
    (36, Role::Manager, Scope::Team, "conversions, drops"),
    (36, Role::FinanceManager, Scope::All, "payments? [17]"),
    // Nobody's by role: a flag of the installation opens it.
    (45, Role::SuperAdmin, Scope::None, "flag"),
    (45, Role::Admin, Scope::None, "flag"),
];

/// What a cell's letter says; its qualifiers are for the notes.
fn letter(cell: &str) -> Scope {
    let of = |letter: char| match letter {
        'A' => Scope::All,
        'T' => Scope::Team,
        'O' => Scope::Own,
        'C' => Scope::Converted,
        'V' => Scope::View,
        other => panic!("{other} in {cell}"),
    };
    let mut words = cell.split_whitespace();
    let first = words.next().expect("a cell says something").trim_end_matches(['?', ',']);
    match first {
        "–" => Scope::None,
        "own" => Scope::Own,
        // Followed by a scope where it has one.
        "✔" => match words.next() {
            Some(scope) if scope.len() == 1 => of(scope.chars().next().expect("one letter")),
            Some(_) | None => Scope::All,
        },
        _ => {
            let mut letters = first.chars();
            let scope = of(letters.next().expect("a letter"));
            assert_eq!(letters.next(), None, "{cell}");
            scope
        }
    }
}

#[test]
fn table_says_what_appendix_a_says() {
    let mut rows = 0;
    for line in include_str!("appendix_a.md").lines().skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let number: usize = cells[0].parse().expect("a number");
        let action = Action::ALL[number - 1];
        assert_eq!(action.number(), number);
        assert_eq!(cells.len(), 11, "{number}: number, action, eight roles, source");
        for (role, cell) in Role::ALL.into_iter().zip(&cells[2..10]) {
            let said = IN_WORDS.iter().find(|(row, of, ..)| (*row, *of) == (number, role));
            let expected = match said {
                Some((_, _, scope, words)) => {
                    assert_eq!(words, cell, "row {number}, {role:?}");
                    *scope
                }
                None => letter(cell),
            };
            assert_eq!(scope(role, action), expected, "row {number} {action:?}, {role:?}: {cell}");
        }
        rows += 1;
    }
    assert_eq!(rows, 50);
}
