//! The predictions for the exercises of the lesson `sockets`.

/// What each library asks for; a negative number is none.
pub(super) fn backlog(args: &[String]) -> String {
    let (way, number) = args[0].split_once('=').unwrap_or((&args[0], ""));
    match (way, number.parse::<i64>()) {
        ("listen", Ok(number)) => number.max(0).to_string(),
        // Python's default: the old SOMAXCONN.
        ("listen" | "create_server", _) => "128".to_owned(),
        ("asyncio", _) => "100".to_owned(),
        _ => "5".to_owned(),
    }
}

/// Each end has descriptors; the last to be closed, or a shutdown of the sending side, is the FIN.
pub(super) fn fin(stories: &[String]) -> String {
    let is_server_first = |story: &&String| {
        let mut left = [1, 1];
        for step in story.split(',') {
            let end = usize::from(step.starts_with('s'));
            match &step[1..] {
                "+" => left[end] += 1,
                "w" => return end == 1,
                "" => left[end] -= 1,
                _ => {}
            }
            if left[end] == 0 {
                return end == 1;
            }
        }
        // At the end the client's descriptors are closed first.
        false
    };
    stories.iter().filter(is_server_first).count().to_string()
}

/// A stream is a number of bytes, a queue is a number of clients.
pub(super) fn eagain(steps: &[String]) -> String {
    let (mut bytes, mut clients, mut failed) = (0_usize, 0_u32, 0);
    for step in steps {
        let (what, size) = step.split_once('=').unwrap_or((step, "0"));
        let size: usize = size.parse().unwrap();
        match what {
            "send" => bytes += size,
            "connect" => clients += 1,
            "recv" => {
                failed += u32::from(bytes == 0);
                bytes = bytes.saturating_sub(size);
            }
            "drain" => {
                failed += 1;
                bytes = 0;
            }
            // Whole reads, and then one that is short, or fails.
            "short" => {
                failed += u32::from(bytes.is_multiple_of(size));
                bytes = 0;
            }
            "accept" => {
                failed += u32::from(clients == 0);
                clients = clients.saturating_sub(1);
            }
            _ => {
                failed += 1;
                clients = 0;
            }
        }
    }
    failed.to_string()
}

/// A buffer is handed over when a record does not fit; a record that is larger goes by itself.
pub(super) fn pieces(args: &[String]) -> String {
    let (size, count): (usize, usize) = (args[1].parse().unwrap(), args[2].parse().unwrap());
    let Some(room) = args[0].strip_prefix("buffered=") else {
        return count.to_string();
    };
    let room: usize = room.parse().unwrap();
    let (mut held, mut calls) = (0, 0);
    for _ in 0..count {
        if held + size > room {
            calls += usize::from(held > 0);
            held = 0;
        }
        match size >= room {
            true => calls += 1,
            false => held += size,
        }
    }
    (calls + usize::from(held > 0)).to_string()
}

/// How often there is an event for a burst depends on the way; what is read then, on the room.
pub(super) fn left_behind(args: &[String]) -> String {
    let room: usize = args[1].parse().unwrap();
    let mut held = 0_usize;
    let mut is_armed = true;
    for size in &args[2..] {
        held += size.parse::<usize>().unwrap();
        match args[0].as_str() {
            "edge" => held = held.saturating_sub(room),
            "oneshot" if is_armed => {
                held = held.saturating_sub(room);
                is_armed = false;
            }
            "oneshot" => {}
            _ => held = 0,
        }
    }
    held.to_string()
}

/// The receiving side is what counts.
pub(super) fn writer_signal(args: &[String]) -> String {
    let answer = match (args[0].as_str(), args[1].as_str(), args[2].as_str()) {
        ("shut-write" | "stay", _, _) => "nothing",
        (_, "default", "none") => "SIGPIPE",
        _ => "EPIPE",
    };
    answer.to_owned()
}

/// Empty ones count; strangers' do not, for a socket that is connected.
pub(super) fn datagrams(args: &[String]) -> String {
    let is_received = |datagram: &&String| args[0] == "open" || datagram.starts_with('a');
    let count = args[2..].iter().filter(is_received).count();
    (count + 1).to_string()
}

/// The lowest numbers that are free are taken; 4 is the child's socket.
pub(super) fn passed(args: &[String]) -> String {
    let mut used = vec![0, 1, 2, 4];
    let take = |used: &mut Vec<u32>| {
        let lowest = (0..).find(|fd| !used.contains(fd)).unwrap();
        used.push(lowest);
        lowest
    };
    for step in &args[1..] {
        match step.as_str() {
            "open" => _ = take(&mut used),
            "pipe" | "socket" => {
                take(&mut used);
                take(&mut used);
            }
            close => {
                let number: u32 = close.strip_prefix('-').unwrap().parse().unwrap();
                used.retain(|fd| *fd != number);
            }
        }
    }
    let count: usize = args[0].parse().unwrap();
    let last = (0..count).map(|_| take(&mut used)).last().unwrap();
    last.to_string()
}
