//! Signals and clocks.

use super::{Flags, flags};

pub(crate) const SIGPROCMASK: Flags = flags!("SIG_???": SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK);

pub(crate) const SIGACTION: Flags = flags!("SA_???":
    SA_RESTORER = 0x0400_0000, SA_ONSTACK, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_SIGINFO,
    SA_NOCLDSTOP, SA_NOCLDWAIT, SA_UNSUPPORTED = 0x400, SA_EXPOSE_TAGBITS = 0x800);

pub(crate) const SIGALTSTACK: Flags =
    flags!("SS_???": SS_ONSTACK, SS_DISABLE, SS_AUTODISARM = 0x8000_0000);

/// What made a signal; see sigaction(2).
pub(crate) const SI: Flags = flags!("SI_???":
    SI_USER, SI_KERNEL, SI_QUEUE, SI_TIMER, SI_MESGQ, SI_ASYNCIO, SI_SIGIO, SI_TKILL);

pub(crate) const CLD: Flags = flags!("CLD_???":
    CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED);

pub(crate) const SEGV: Flags = flags!("SEGV_???":
    SEGV_MAPERR = 1, SEGV_ACCERR = 2, SEGV_BNDERR = 3, SEGV_PKUERR = 4);

pub(crate) const BUS: Flags = flags!("BUS_???":
    BUS_ADRALN = 1, BUS_ADRERR = 2, BUS_OBJERR = 3, BUS_MCEERR_AR = 4, BUS_MCEERR_AO = 5);

pub(crate) const FPE: Flags = flags!("FPE_???":
    FPE_INTDIV = 1, FPE_INTOVF = 2, FPE_FLTDIV = 3, FPE_FLTOVF = 4, FPE_FLTUND = 5,
    FPE_FLTRES = 6, FPE_FLTINV = 7, FPE_FLTSUB = 8);

pub(crate) const ILL: Flags = flags!("ILL_???":
    ILL_ILLOPC = 1, ILL_ILLOPN = 2, ILL_ILLADR = 3, ILL_ILLTRP = 4, ILL_PRVOPC = 5,
    ILL_PRVREG = 6, ILL_COPROC = 7, ILL_BADSTK = 8);

pub(crate) const CLOCK: Flags = flags!("CLOCK_???":
    CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
    CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
    CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM, CLOCK_SGI_CYCLE = 10, CLOCK_TAI);

pub(crate) const TIMER: Flags = flags!("TIMER_???": TIMER_ABSTIME);

pub(crate) const ITIMER: Flags = flags!("ITIMER_???": ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF);

pub(crate) const SIGEV: Flags =
    flags!("SIGEV_???": SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD, SIGEV_THREAD_ID);
