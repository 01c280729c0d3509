//! What tests that cross crates share: the simulator, the crash rig, hostile bytes, real processes and the
//! real window under WebDriver. Helpers wait with a deadline, never for a fixed time, and everything they
//! start ends with them.

pub mod bench;
pub mod crash;
pub mod desktop;
pub mod device;
pub mod display;
pub mod folder;
pub mod hostile;
pub mod processes;
pub mod record;
pub mod shift;
pub mod sim;
pub mod theft;
pub mod visit;
pub mod window;
pub mod wire;
