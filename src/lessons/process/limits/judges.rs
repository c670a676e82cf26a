//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. Programs may set limits in the child or from
//! outside before it goes on, by any call, through helpers, shells and other programs; they may
//! learn of the end and of what was used in any way. CMD's limits, its end and what it used are
//! what the kernel said of the process that became CMD.

mod closed;
mod ended;
mod itself;
mod limited;
mod measured;
mod refused;
#[cfg(test)]
mod testing;

pub(super) use closed::fails_closed;
pub(super) use ended::says_what_ended_it;
pub(super) use itself::leaves_itself_alone;
pub(super) use limited::limits_the_command;
pub(super) use measured::measures_the_command;
pub(super) use refused::refuses_bad_options;

/// A limit's soft and hard value, as the kernel said.
type Values = (u64, u64);

/// A limit's values by its name without `RLIMIT_`.
fn values(state: &crate::model::ExecState, name: &str) -> Option<Values> {
    state
        .limits
        .iter()
        .find(|(its, ..)| its == name)
        .map(|(_, soft, hard)| (*soft, *hard))
}

/// Soft and hard value, for people.
fn both((soft, hard): Values) -> String {
    let amount = |value| match value {
        u64::MAX => "unlimited".to_owned(),
        value => value.to_string(),
    };
    match soft == hard {
        true => format!("{} (soft and hard)", amount(soft)),
        false => format!("{} (soft) and {} (hard)", amount(soft), amount(hard)),
    }
}
