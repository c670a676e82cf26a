//! The processes that a program starts: how they begin, and whether any is left.

use std::collections::BTreeMap;

use super::Held;
use crate::model::recording::FIRST;
use crate::model::{Failure, Objection, Recording, Task, What};

/// Fails if a program that it starts begins with a descriptor beside 0, 1 and 2, or without one of
/// them; or if it starts none.
///
/// Blind spot: what a child holds before it begins its program.
pub(super) fn starts_clean(recording: &Recording) -> Held {
    let hint = "Which flag does a descriptor need so that exec closes it, and when is it set?";
    let events = recording.events.iter().enumerate();
    let begun = events.filter_map(|(at, event)| match &event.what {
        What::Exec(task, state) if *task != FIRST => Some((at, state)),
        _ => None,
    });
    let mut has_begun = false;
    for (at, state) in begun {
        has_begun = true;
        if let Some(surplus) = state.fds.iter().find(|fd| fd.number > 2) {
            let what = match &surplus.object {
                Some(object) => format!("{} ({})", surplus.number, object.name),
                None => surplus.number.to_string(),
            };
            let why = format!("{} begins with descriptor {what}", state.path);
            return Err(Failure::new(why).showing(at).hint(hint).into());
        }
        if let Some(lacking) = (0..3).find(|number| state.fds.iter().all(|fd| fd.number != *number))
        {
            let why = format!("{} begins without descriptor {lacking}", state.path);
            return Err(Failure::new(why)
                .showing(at)
                .hint("Which of its own descriptors does it close before the program begins?")
                .into());
        }
    }
    match has_begun {
        true => Ok(()),
        false => Err(Failure::new("it starts no program")
            .hint("Who was to start what?")
            .into()),
    }
}

/// Fails if, when the first process ends, another process is there still, or is its zombie.
///
/// Blind if the first process was not seen to end.
pub(super) fn leaves_none(recording: &Recording) -> Held {
    let Some((end, _)) = recording.outcome() else {
        return Err(Objection::Blind(
            "its first process was not seen to end".to_owned(),
        ));
    };
    let hint = "Who waits for it, and until when?";
    let mut alive: BTreeMap<Task, usize> = BTreeMap::new();
    for (at, event) in recording.events[..end].iter().enumerate() {
        match event.what {
            What::Fork {
                child,
                thread: false,
                ..
            } => {
                alive.insert(child, at);
            }
            What::End { task, .. } => {
                alive.remove(&task);
            }
            _ => {}
        }
    }
    if let Some((task, started)) = alive.first_key_value() {
        let others = match alive.len() - 1 {
            0 => String::new(),
            others => format!(", and {others} more with it"),
        };
        return Err(Failure::new(format!(
            "it ends, and process {task} is there still{others}"
        ))
        .showing(*started)
        .showing(end)
        .figure("left", alive.len() as f64)
        .hint(hint)
        .into());
    }
    let What::End { zombies, .. } = &recording.events[end].what else {
        return Ok(());
    };
    match zombies.first() {
        None => Ok(()),
        Some(zombie) => Err(Failure::new(format!(
            "it ends, and nobody has waited for process {zombie}"
        ))
        .showing(end)
        .figure("zombies", zombies.len() as f64)
        .hint(hint)
        .into()),
    }
}

/// Fails if there are zombies at a moment at which the experiment asks for them.
///
/// Blind if it never could ask.
pub(super) fn reaps(recording: &Recording) -> Held {
    let mut is_asked = false;
    for (at, event) in recording.events.iter().enumerate() {
        let What::Zombies(zombies) = &event.what else {
            continue;
        };
        is_asked = true;
        let Some(first) = zombies.first() else {
            continue;
        };
        let why = match zombies.len() {
            1 => format!("process {first} is a zombie"),
            several => format!("{several} processes are zombies, {first} the first of them"),
        };
        let ended = recording.events[..at]
            .iter()
            .rposition(|event| matches!(event.what, What::End { task, .. } if task == *first));
        return Err(ended
            .into_iter()
            .fold(Failure::new(why), Failure::showing)
            .showing(at)
            .figure("zombies", zombies.len() as f64)
            .hint("SIGCHLD says that children ended. Does it say how many?")
            .into());
    }
    if is_asked {
        return Ok(());
    }
    match recording.outcome() {
        Some((end, _)) => Err(
            Failure::new("it had ended before anybody could look for zombies")
                .showing(end)
                .hint("What told it to end so early?")
                .into(),
        ),
        None => Err(Objection::Blind("nobody looked for zombies".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use crate::model::Claim;

    const CLEAN: &str = "2 fork 3\n3 exec \"/bin/true\" fds=0</dev/null>,1<pipe:[7]>,2<pipe:[8]>\n";

    #[test]
    fn a_program_that_begins_with_three_descriptors_is_clean() {
        assert_eq!(said(Claim::StartsClean, CLEAN), "pass");
        let leaks = CLEAN.replace("fds=", "fds=5</lab/a [9]>,");
        assert_snapshot!(said(Claim::StartsClean, &leaks), @r#"
        fail: /bin/true begins with descriptor 5 (/lab/a)
          0.1 3 exec "/bin/true" fds=5</lab/a [9]>,0</dev/null>,1<pipe:[7]>,2<pipe:[8]> blocked=[] ignored=[]
        hint: Which flag does a descriptor need so that exec closes it, and when is it set?
        "#);
        let lacks = CLEAN.replace("0</dev/null>,", "");
        assert!(said(Claim::StartsClean, &lacks).contains("begins without descriptor 0"));
        let none = "2 exec \"/submission/prog\" fds=9</lab/a>\n2 +++ exit 0";
        assert!(said(Claim::StartsClean, none).contains("it starts no program"));
    }

    #[test]
    fn nobody_is_left() {
        let fine =
            "2 fork 3\n2 thread 4\n3 +++ exit 0\n2 wait4(3, NULL, 0, NULL) = 3\n2 +++ exit 0";
        assert_eq!(said(Claim::LeavesNoProcess, fine), "pass");
        let alive = "2 fork 3\n3 fork 4\n3 +++ exit 0\n2 +++ exit 0\n4 +++ exit 0";
        assert_snapshot!(said(Claim::LeavesNoProcess, alive), @r"
        fail: it ends, and process 4 is there still
          0.1 3 fork 4
          0.3 2 +++ exit 0
        hint: Who waits for it, and until when?
        ");
        let zombie = "2 fork 3\n3 +++ exit 0\n2 +++ exit 0 zombies 3";
        assert!(said(Claim::LeavesNoProcess, zombie).contains("nobody has waited for process 3"));
        assert!(said(Claim::LeavesNoProcess, "2 fork 3").starts_with("blind"));
    }

    #[test]
    fn zombies_count_when_they_are_asked_for() {
        assert_eq!(
            said(Claim::Reaps, "2 fork 3\n. rest zombies 3\n. zombies"),
            "pass"
        );
        assert!(
            said(Claim::Reaps, "2 fork 3\n3 +++ exit 0\n. zombies 3\n")
                .contains("process 3 is a zombie")
        );
        assert!(said(Claim::Reaps, "2 +++ exit 0").contains("had ended before"));
        assert!(said(Claim::Reaps, "2 fork 3").starts_with("blind"));
    }
}
