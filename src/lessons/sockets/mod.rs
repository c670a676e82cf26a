//! The lesson `sockets`: from `socket()` to ten thousand connections.

pub mod demos;
pub mod exercises;

mod dns;
mod echo;
mod fd_pass;
mod http;
pub(in crate::lessons) mod served;
pub(in crate::lessons) mod stories;
mod tls;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "sockets",
    alias: Some("epoll"),
    title: "TCP, epoll, UDP, Unix sockets, TLS",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[echo::LAB, http::LAB, dns::LAB, fd_pass::LAB, tls::LAB],
};
