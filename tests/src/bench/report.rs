//! What a benchmark says.

use serde::Serialize;
use std::time::Duration;

/// One line of the result.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// The same by the barest means, where there is such a thing.
    pub baseline: Option<f64>,
    /// `value / baseline`.
    pub ratio: Option<f64>,
    /// The target in words.
    pub target: &'static str,
    pub met: bool,
}

impl Measured {
    /// A target on the ratio to the baseline.
    #[must_use]
    pub fn by_ratio(name: &'static str, value: f64, baseline: f64, unit: &'static str, at_most: f64, target: &'static str) -> Self {
        let ratio = value / baseline;
        Self { name, value, unit, baseline: Some(baseline), ratio: Some(ratio), target, met: ratio <= at_most }
    }

    /// A target on the value; the baseline is there to judge the machine by.
    #[must_use]
    pub fn by_value(name: &'static str, value: f64, baseline: Option<f64>, unit: &'static str, met: bool, target: &'static str) -> Self {
        Self { name, value, unit, baseline, ratio: baseline.map(|b| value / b), target, met }
    }

    /// As a line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let number = |n: f64| if n >= 100.0 { format!("{n:.0}") } else { format!("{n:.3}") };
        format!(
            "| `{}` | {} {} | {} | {} | {} | {} |",
            self.name,
            number(self.value),
            self.unit,
            self.baseline.map_or("–".into(), number),
            self.ratio.map_or("–".into(), |r| format!("{r:.2}×")),
            self.target,
            if self.met { "met" } else { "**not met**" }
        )
    }
}

/// The `p`-th percentile, milliseconds.
///
/// # Panics
/// Without samples.
#[must_use]
pub fn percentile(samples: &mut [Duration], p: f64) -> f64 {
    assert!(!samples.is_empty(), "nothing was measured");
    samples.sort_unstable();
    let at = ((samples.len() - 1) as f64 * p / 100.0).round() as usize;
    samples[at].as_secs_f64() * 1_000.0
}
