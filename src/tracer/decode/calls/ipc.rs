//! System V and POSIX queues, semaphores and shared memory.

use crate::tracer::decode::flags::{files, memory as flags};
use crate::tracer::decode::sets::{DESC, IPC, MEMORY};
use crate::tracer::decode::structs::{ipc, time};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const KEY: Kind = Value(|_, value| ipc::key(value as u32));
const OPEN: Kind = Value(|_, value| files::open(value));

pub(crate) const ROWS: &[Row] = &[
    call(
        "shmget",
        IPC,
        &[
            KEY,
            Size,
            Value(|_, value| flags::shm_get(value as u32 as u64)),
        ],
    ),
    call("shmat", IPC | MEMORY, &[Int, Address, Bits(&flags::SHMAT)]),
    call("shmdt", IPC | MEMORY, &[Address]),
    call("shmctl", IPC, &[Int, One(&flags::SHMCTL), Address]),
    call(
        "semget",
        IPC,
        &[
            KEY,
            Int,
            Value(|_, value| flags::ipc_get(value as u32 as u64)),
        ],
    ),
    call("semop", IPC, &[Int, In(ipc::sembufs), Size]),
    call(
        "semtimedop",
        IPC,
        &[Int, In(ipc::sembufs), Size, In(time::timespec)],
    ),
    call("semctl", IPC, &[Int, Int, One(&flags::SEMCTL), Address]),
    call(
        "msgget",
        IPC,
        &[KEY, Value(|_, value| flags::ipc_get(value as u32 as u64))],
    ),
    call(
        "msgsnd",
        IPC,
        &[Int, In(ipc::letter_given), Size, Bits(&flags::MSG)],
    ),
    call(
        "msgrcv",
        IPC,
        &[Int, Out(ipc::letter_taken), Size, Long, Bits(&flags::MSG)],
    ),
    call("msgctl", IPC, &[Int, One(&flags::MSGCTL), Address]),
    call(
        "mq_open",
        DESC,
        &[
            Path,
            OPEN,
            If(|args| files::creates(args[1]), &Octal),
            If(|args| files::creates(args[1]), &Address),
        ],
    )
    .opens(),
    call("mq_unlink", 0, &[Path]),
    call(
        "mq_timedsend",
        DESC,
        &[Fd, Given(2), Size, Unsigned, In(time::timespec)],
    ),
    call(
        "mq_timedreceive",
        DESC,
        &[Fd, Taken(2), Size, Address, In(time::timespec)],
    ),
    call("mq_notify", DESC, &[Fd, In(time::sigevent)]),
    call("mq_getsetattr", DESC, &[Fd, Address, Address]),
];
