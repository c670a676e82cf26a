//! The nouns: what a lesson, a lab, an experiment, a recording and a verdict *are*.
//!
//! Everything here is plain data and pure functions over it. Nothing in this room does
//! input or output, starts a process or knows how a recording was made; that is what lets a
//! judge be tested with five lines of text, and a class be judged again without running
//! anything.

pub mod charset;
pub mod check;
pub mod claim;
pub mod clients;
pub mod curriculum;
pub mod disk;
pub mod exhibit;
pub mod experiment;
pub mod fraction;
pub mod gradebook;
pub mod items;
pub mod limit;
pub mod load;
pub mod memory;
pub mod module;
pub mod openings;
pub mod oracle;
pub mod recording;
pub mod score;
pub mod shell;
pub mod similarity;
pub mod snapshot;
pub mod table;
pub mod text;
pub mod toml_reader;

pub use check::{
    Battery, Capability, Check, Failure, Form, Judgement, Lab, Objection, Pass, Shown, Trial,
};
pub use claim::{Claim, Ended, Idle, On, Select, Stated, Wanted};
pub use clients::{Crowd, Ending, Endpoint, Move, Passed, Payload, Reading, Sighting, Tls};
pub use curriculum::{Demo, Exercise, Lesson};
pub use experiment::{
    Action, Arming, Expected, Experiment, Fault, InputFile, InputKind, Limits, Role, Run, Step,
    Strike, Sweep, Trigger,
};
pub use fraction::Fraction;
pub use gradebook::{
    Audience, CheckGrade, Entry, Grade, GradeStep, Gradebook, Graded, Lateness, Outcome, Override,
    Stage, Student, Visibility,
};
pub use limit::explain_limit;
pub use module::ModuleBuild;
pub use oracle::{Foretold, LastWords, Oracle};
pub use recording::{
    Arg, Bytes, Call, Event, ExecState, ExitStatus, Fd, Frame, Likeness, LimitKind, Measure, Mode,
    Object, Recording, Returned, SigSet, Stream, Task, Usage, What, World,
};
pub use score::{Evidence, Finding, Machine, Scorecard, Verdict};
pub use shell::shell_word;
