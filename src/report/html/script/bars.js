// Marks on their lanes: bars for calls, signs for what has no length, lines from lane to lane.

const CATEGORY = new Map();
for (const [colour, names] of Object.entries({
  data: "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 sendfile copy_file_range splice tee vmsplice fsync fdatasync sync_file_range",
  file: "open openat openat2 creat close close_range stat fstat lstat newfstatat statx access faccessat faccessat2 lseek getdents64 unlink unlinkat rename renameat renameat2 mkdir mkdirat link symlink readlink readlinkat ftruncate truncate fallocate chmod fchmod dup dup2 dup3 fcntl ioctl flock pipe pipe2 memfd_create getcwd chdir",
  process: "fork vfork clone clone3 execve execveat exit exit_group wait4 waitid kill tkill tgkill getpid getppid gettid setpgid setsid prctl pidfd_open pidfd_send_signal",
  memory: "mmap munmap mprotect mremap brk madvise msync shmat shmdt shmget mlock arch_prctl",
  net: "socket bind listen accept accept4 connect send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg shutdown getsockopt setsockopt getsockname getpeername socketpair",
  time: "futex poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 epoll_ctl epoll_create epoll_create1 nanosleep clock_nanosleep pause rt_sigsuspend rt_sigtimedwait rt_sigaction rt_sigprocmask rt_sigreturn io_uring_enter timerfd_create timerfd_settime eventfd2 signalfd4 alarm setitimer",
})) for (const name of names.split(" ")) CATEGORY.set(name, colour);

const colourOf = (run, mark) => ink[CATEGORY.get(run.name(mark)) ?? "other"];

// The marks of a list that are in the window, at most two for each pixel in which they begin.
function eachSeen(marks, reach, gap, draw) {
  const { run } = view;
  const [start, end] = [view.eventAt(view.from), view.eventAt(view.to)];
  let drawn = -Infinity;
  let nth = reach
    ? first(0, marks.length, (at) => reach[at] + 1 >= start)
    : Math.max(first(0, marks.length, (at) => run.at[marks[at]] >= start) - 1, 0);
  while (nth < marks.length && run.at[marks[nth]] <= end) {
    const mark = marks[nth];
    const left = view.x(view.begin(mark));
    const right = view.x(view.end(mark));
    // One that begins where the last one was drawn, and is no longer, would not be seen.
    const isSeen = right - left >= gap || left >= drawn + gap;
    if (right >= view.gutter && isSeen) {
      draw(mark, left, right);
      drawn = Math.floor(left);
    }
    if (right - left >= gap) {
      nth++;
      continue;
    }
    const beyond = view.eventAt(view.placeAt(Math.floor(left) + gap));
    const next = first(nth + 1, marks.length, (at) => run.at[marks[at]] >= beyond);
    // The last of those that share this pixel may be a long one.
    nth = Math.max(nth + 1, next - 1);
  }
}

const isLong = (run, mark) => ((run.flags[mark] & (FLAG.waited | FLAG.open)) !== 0 && !LAST.has(run.name(mark)))
  || (view.axis === "time" && run.time[run.until[mark]] - run.time[run.at[mark]] >= LONG_NS);

function paintLane(row) {
  const { run } = view;
  const [top, height] = [row.y + 6, row.height - 13];
  pen.font = ink.mono;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  // Neighbours of one colour that are too thin to be told apart are one rectangle.
  const thin = { colour: "", from: 0, to: 0 };
  const flush = () => {
    if (!thin.colour) return;
    pen.fillStyle = thin.colour;
    pen.fillRect(thin.from, top, thin.to - thin.from, height);
    thin.colour = "";
  };
  eachSeen(run.onLane[row.lane], run.reach[row.lane], 1, (mark, left, right) => {
    const kind = run.kind[mark];
    if (kind === KIND.note || kind === KIND.world) {
      pen.fillStyle = ink.soft;
      pen.fillRect(left, top + 3, Math.max(Math.min(right - left - 1, 400), 1), height - 6);
      label(run.name(mark), left + 3, right, row, ink.panel);
      return;
    }
    if (kind !== KIND.call) return;
    const colour = colourOf(run, mark);
    const from = Math.max(left, view.gutter - 20);
    const width = Math.max(Math.min(right, view.width + 20) - from - (right - left > 4 ? 1 : 0), 1);
    if (width <= 2) {
      if (thin.colour !== colour || from > thin.to + 0.6) {
        flush();
        Object.assign(thin, { colour, from });
      }
      thin.to = from + width;
      return;
    }
    flush();
    if (width > 3 && isLong(run, mark)) {
      pen.fillStyle = hatch(colour);
      pen.fillRect(from, top, width, height);
      pen.fillStyle = colour;
      pen.fillRect(left, top, 2.5, height);
      if (!(run.flags[mark] & FLAG.open)) pen.fillRect(right - 2, top, 1.5, height);
      label(run.name(mark), Math.max(left, view.gutter) + 5, right, row, ink.ink, true);
    } else {
      pen.fillStyle = colour;
      pen.fillRect(from, top, width, height);
      label(run.name(mark), Math.max(left, view.gutter) + 2, right, row, ink.panel);
    }
  });
  flush();
}

// A word on a bar, if it has room there; of the text as much as fits.
function label(text, x, right, row, colour, hasGround = false) {
  const room = Math.floor((Math.min(right, view.width) - x) / 6.65);
  if (room < 2 || (room < text.length && room < 4)) return;
  const shown = text.length <= room ? text : text.slice(0, room - 1) + "…";
  if (hasGround) {
    pen.fillStyle = ink.panel;
    pen.globalAlpha = 0.82;
    pen.fillRect(x - 2, row.y + 7, shown.length * 6.7 + 3, row.height - 15);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = colour;
  pen.fillText(shown, x, row.y + row.height / 2);
}

// What must be seen also among thousands: failures, signals, faults, ends, execs, evidence, matches.
function paintSigns(row) {
  const { run } = view;
  const [top, bottom] = [row.y + 3, row.y + row.height - 4];
  const middle = (top + bottom) / 2;
  eachSeen(run.bad[row.lane], null, 2, (mark, left, right) => paintFailure(run, mark, left, right, top, bottom));
  eachSeen(run.signs[row.lane], null, 5, (mark, left, right) => {
    const x = left + Math.min((right - left) / 2, 5);
    switch (run.kind[mark]) {
      case KIND.signal: shape([[x - 5, top], [x + 5, top], [x, middle + 3]], ink.signal); break;
      case KIND.stop: shape([[x - 4, top], [x + 4, top], [x + 4, top + 8], [x - 4, top + 8]], ink.signal); break;
      case KIND.fault: shape([[x, top - 1], [x + 6, middle], [x, bottom + 1], [x - 6, middle]], ink.fault); break;
      case KIND.exec:
        shape([[x, top], [x + 9, top + 4], [x, top + 8]], ink.process);
        pen.fillRect(x - 1, top, 1.5, bottom - top);
        break;
      case KIND.end: {
        pen.fillStyle = run.flags[mark] & FLAG.failed ? ink.failed : ink.ink;
        pen.fillRect(x - 1, top - 1, 3, bottom - top + 2);
        if (run.flags[mark] & FLAG.failed) cross(x + 7, middle, 3, ink.failed);
        break;
      }
      case KIND.fork: ring(x, middle, 3.5, ink.process); break;
      default: if (run.flags[mark] & FLAG.failed) cross(x, middle, 4, ink.failed);
    }
  });
  pen.fillStyle = ink.match;
  if (view.matches) eachSeen(view.matchesOn[row.lane], null, 3, (_, left, right) => {
    pen.fillRect(left, bottom + 1, Math.max(Math.min(right - left - 1, 24), 3), 3);
  });
  for (const { mark, number } of run.evidence) {
    if (run.lane[mark] !== row.lane) continue;
    const [left, right] = [view.x(view.begin(mark)), Math.max(view.x(view.end(mark)), view.x(view.begin(mark)) + 6)];
    if (right < view.gutter || left > view.width) continue;
    const isCurrent = mark === view.selected;
    pen.strokeStyle = ink.evidence;
    pen.lineWidth = isCurrent ? 3 : 2;
    pen.strokeRect(left - 1, top - 0.5, Math.min(right - left + 1, 4000), bottom - top + 1);
    pen.font = "600 10px system-ui, sans-serif";
    const text = `${number}`;
    const width = pen.measureText(text).width + 7;
    pen.fillStyle = ink.evidence;
    pen.fillRect(left - 2, row.y, width, 12);
    pen.fillStyle = ink.panel;
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    pen.fillText(text, left + 1.5, row.y + 6.5);
  }
}

function paintFailure(run, mark, left, right, top, bottom) {
  const width = Math.max(right - left - 1, 2);
  const isInjected = run.flags[mark] & FLAG.injected;
  const colour = isInjected ? ink.injected : ink.failed;
  if (width < 6) {
    pen.fillStyle = colour;
    pen.fillRect(left, top, width, bottom - top);
    return;
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.setLineDash(isInjected ? [3, 2] : []);
  pen.strokeRect(left + 1, top + 1, Math.min(width - 1, view.width * 2), bottom - top - 2);
  pen.setLineDash([]);
  if (run.flags[mark] & FLAG.failed) cross(Math.min(right, view.width) - 5, top + 3, 3, colour);
}

function shape(points, colour) {
  pen.fillStyle = colour;
  pen.strokeStyle = ink.panel;
  pen.lineWidth = 1;
  pen.beginPath();
  points.forEach(([x, y], nth) => (nth ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.stroke();
  pen.fill();
}

function cross(x, y, size, colour) {
  for (const [width, stroke] of [[4, ink.panel], [2, colour]]) {
    pen.strokeStyle = stroke;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(x - size, y - size);
    pen.lineTo(x + size, y + size);
    pen.moveTo(x + size, y - size);
    pen.lineTo(x - size, y + size);
    pen.stroke();
  }
}

function ring(x, y, radius, colour) {
  pen.fillStyle = ink.panel;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
  pen.stroke();
}

const middleOf = (lane) => {
  const row = rows.all[rows.ofLane.get(lane)];
  return row.y + row.height / 2;
};

// From the parent, at the fork, down to the child's lane.
function paintForks() {
  const { run } = view;
  pen.strokeStyle = ink.process;
  pen.globalAlpha = 0.75;
  run.lanes.forEach((lane, nth) => {
    if (lane.parent === null) return;
    const x = view.x(view.place(lane.from)) + Math.min((view.x(view.place(lane.from) + 1) - view.x(view.place(lane.from))) / 2, 5);
    if (x < view.gutter || x > view.width) return;
    pen.lineWidth = lane.is_thread ? 1 : 1.4;
    pen.setLineDash(lane.is_thread ? [2, 2] : []);
    pen.beginPath();
    pen.moveTo(x, middleOf(lane.parent));
    pen.lineTo(x, middleOf(nth));
    pen.lineTo(x + 6, middleOf(nth));
    pen.stroke();
  });
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

// More arrows than this in the window are a grey cloud: none is drawn then.
const ARROWS_MAX = 400;

function paintArrows(scroll) {
  const { run } = view;
  const seen = [];
  for (const [from, to, isEnd] of run.raw.arrows) {
    const x = [from, to].map((event) => view.x(view.place(event)) + 2);
    if (Math.max(...x) < view.gutter || Math.min(...x) > view.width) continue;
    const y = [from, to].map((event) => middleOf(run.lane[run.markOf[event]]));
    if (Math.max(...y) < scroll || Math.min(...y) > scroll + view.height) continue;
    const isSelected = [from, to].some((event) => run.markOf[event] === view.selected);
    seen.push({ x, y, isEnd, isSelected });
    if (seen.length > ARROWS_MAX) return;
  }
  for (const { x, y, isEnd, isSelected } of seen) {
    pen.strokeStyle = isEnd ? ink.soft : ink.signal;
    pen.fillStyle = pen.strokeStyle;
    pen.globalAlpha = isSelected ? 1 : 0.7;
    pen.lineWidth = isSelected ? 2.5 : 1.3;
    pen.setLineDash(isEnd ? [4, 3] : []);
    const isSame = y[0] === y[1];
    const bow = isSame ? -16 : 0;
    const bend = Math.min(Math.abs(x[1] - x[0]) / 2, 40);
    pen.beginPath();
    pen.moveTo(x[0], y[0]);
    pen.bezierCurveTo(x[0] + bend, y[0] + bow, x[1] - bend, y[1] + bow, x[1], y[1] + (isSame ? -5 : y[1] > y[0] ? -8 : 8));
    pen.stroke();
    pen.setLineDash([]);
    const tip = y[1] + (isSame || y[1] > y[0] ? -5 : 5);
    const back = tip + (isSame || y[1] > y[0] ? -6 : 6);
    pen.beginPath();
    pen.moveTo(x[1], tip);
    pen.lineTo(x[1] - 4, back);
    pen.lineTo(x[1] + 4, back);
    pen.fill();
    pen.globalAlpha = 1;
  }
}

// What the number stood for, from its opening to its closing, with the calls that used it.
function paintDescriptor(row) {
  const { run } = view;
  const [top, height] = [row.y + 3, row.height - 7];
  const descriptor = run.raw.descriptors[row.descriptor];
  const { lives } = descriptor;
  const [start, end] = [view.eventAt(view.from), view.eventAt(view.to)];
  let nth = first(0, lives.length, (at) => (lives[at].to ?? run.events) >= start);
  let busy = -1;
  for (; nth < lives.length && lives[nth].from <= end; nth++) {
    const life = lives[nth];
    const from = view.x(view.place(life.from));
    const to = life.to === null ? view.width + 4 : view.x(view.place(life.to) + (view.axis === "order" ? 1 : 0));
    // Lives shorter than a pixel stand for each other.
    if (to <= busy) continue;
    busy = Math.ceil(to);
    const left = Math.max(from, view.gutter - 4);
    pen.fillStyle = ink.life;
    pen.fillRect(left, top, Math.max(to - left, 1), height);
    pen.fillStyle = ink["life-edge"];
    pen.fillRect(from, top - 1, 2, height + 2);
    if (life.to !== null && to - from > 4) pen.fillRect(to - 2, top - 1, 2, height + 2);
    pen.font = ink.mono;
    pen.textBaseline = "middle";
    label(word(life.object), Math.max(from, view.gutter) + 5, to, row, ink.ink);
  }
  pen.fillStyle = ink.ink;
  eachSeen(run.usesOf[row.descriptor], null, 2, (_, left) => pen.fillRect(left, row.y + row.height - 6, 2, 3));
}

function paintSelected() {
  const { run, selected } = view;
  if (selected === NONE) return;
  const row = rows.all[rows.ofLane.get(run.lane[selected])];
  const left = view.x(view.begin(selected));
  const right = Math.max(view.x(view.end(selected)), left + 5);
  pen.strokeStyle = ink.accent;
  pen.lineWidth = 2;
  pen.strokeRect(left - 2, row.y + 1, Math.min(right - left + 3, 1e5), row.height - 3);
  pen.globalAlpha = 0.35;
  pen.fillStyle = ink.accent;
  pen.fillRect(left, stage.scrollTop, 1, view.height);
  pen.globalAlpha = 1;
  for (const nth of run.descriptorsOf.get(selected) ?? []) {
    const own = rows.all[rows.ofDescriptor.get(nth)];
    if (own && own.descriptor === nth) pen.strokeRect(left - 2, own.y + 1, 8, own.height - 3);
  }
}
