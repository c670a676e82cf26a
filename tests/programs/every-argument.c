/*
 * Makes calls with every kind of argument, so that two tracers can be compared.
 *
 * It runs at fixed addresses, and calls nothing whose arguments differ from run to run (process
 * ids aside). What is to be compared lies between access("begin") and access("end").
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define SYS(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

static void on_signal(int signo) { (void)signo; }

/* Zeroed memory that every call may use; its address is the same in every run. */
static char big[4096];

static void files(void)
{
#ifdef SYS_open
	SYS(open, "old", O_RDWR | O_CREAT | O_TRUNC, 0640);
	SYS(open, "old", O_RDONLY);
	SYS(creat, "old2", 04755);
	close(3), close(4), close(5);
	SYS(stat, "old", big);
	SYS(lstat, "absent", big);
	SYS(access, "old", R_OK | W_OK);
	SYS(rename, "old2", "old3");
	SYS(link, "old3", "old4");
	SYS(symlink, "old3", "old5");
	SYS(readlink, "old5", big, 100);
	SYS(unlink, "old3");
	SYS(mkdir, "dir", 0700);
	SYS(rmdir, "dir");
	SYS(chmod, "old", 0600);
	SYS(chown, "old", -1, 0);
	SYS(lchown, "old", 0, -1);
	SYS(mknod, "fifo", S_IFIFO | 0644, 0);
	SYS(utime, "old", NULL);
	SYS(utime, "old", &(long[2]){ 1, 2 });
	SYS(utimes, "old", &(long[4]){ 1, 2, 3, 4 });
	SYS(futimesat, AT_FDCWD, "old", &(long[4]){ 1, 2, 3, 4 });
	SYS(mknod, "/absent/null", S_IFCHR | 0666, 0x12345);
	SYS(getdents, -1, big, 100);
	unlink("old4"), unlink("old5"), unlink("fifo");
#endif
	int fd = openat(AT_FDCWD, "file\n\"\\\x01\xff", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct open_how how = { .flags = O_RDONLY | O_CREAT, .mode = 0600, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS };
	SYS(openat2, AT_FDCWD, "file2", &how, sizeof how);
	how.flags = O_PATH | O_DIRECTORY, how.mode = 0, how.resolve = 0;
	SYS(openat2, AT_FDCWD, ".", &how, sizeof how);
	openat(AT_FDCWD, "absent", O_WRONLY | O_DSYNC);
	openat(AT_FDCWD, "absent", O_WRONLY | O_SYNC | O_NONBLOCK | O_NOFOLLOW);
	openat(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600);
	openat(-1, "absent", O_RDONLY | O_DIRECT | O_NOATIME | 0x40000000);
	openat(AT_FDCWD, NULL, O_RDONLY);
	close(6), close(5), close(4);
	write(fd, "hello\tworld\r\n\033[0m\0017\"\\\377", 24);
	write(fd, "", 0);
	write(fd, NULL, 0);
	write(-1, "abc", 3);
	pwrite(fd, "offset", 6, 4096);
	struct iovec vec[3] = { { "one", 3 }, { "", 0 }, { "two\n", 4 } };
	writev(fd, vec, 3);
	writev(fd, vec, 0);
	pwritev(fd, vec, 3, 1 << 20);
	SYS(pwritev2, fd, vec, 3, -1L, -1L, RWF_DSYNC);
	SYS(pwritev2, fd, vec, 3, 7L, 0L, RWF_SYNC | RWF_APPEND);
	lseek(fd, 2, SEEK_SET);
	lseek(fd, -1, SEEK_END);
	lseek(fd, 0, SEEK_CUR);
	lseek(fd, 0, SEEK_HOLE);
	lseek(fd, 0, 77);
	lseek(fd, 0, SEEK_SET);
	read(fd, big, 10);
	read(fd, big, 0);
	read(-1, big, 10);
	pread(fd, big, 6, 13);
	struct iovec into[2] = { { big, 3 }, { big + 10, 4 } };
	readv(fd, into, 2);
	preadv(fd, into, 2, 1);
	SYS(preadv2, fd, into, 2, 3L, 0L, RWF_HIPRI);
	fsync(fd), fdatasync(fd), syncfs(fd);
	sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
	ftruncate(fd, 100);
	truncate("absent", 5);
	fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 10);
	posix_fadvise(fd, 0, 10, POSIX_FADV_SEQUENTIAL);
	SYS(readahead, fd, 0, 10);
	fstat(fd, (void *)big);
	fstatat(AT_FDCWD, "file2", (void *)big, AT_SYMLINK_NOFOLLOW);
	fstatat(fd, "", (void *)big, AT_EMPTY_PATH);
	stat("/dev/null", (void *)big);
	stat("/tmp", (void *)big);
	statx(AT_FDCWD, "file2", AT_STATX_DONT_SYNC, STATX_BASIC_STATS, (void *)big);
	faccessat(AT_FDCWD, "file2", F_OK, 0);
	SYS(faccessat2, AT_FDCWD, "file2", X_OK, AT_EACCESS);
	renameat(AT_FDCWD, "file2", AT_FDCWD, "file3");
	SYS(renameat2, AT_FDCWD, "file3", AT_FDCWD, "file2", RENAME_NOREPLACE);
	linkat(AT_FDCWD, "file2", AT_FDCWD, "file4", AT_SYMLINK_FOLLOW);
	symlinkat("file2", AT_FDCWD, "file5");
	readlinkat(AT_FDCWD, "file5", big, 3);
	mkdirat(AT_FDCWD, "dir", 0755);
	unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR);
	unlinkat(AT_FDCWD, "file5", 0);
	unlinkat(AT_FDCWD, "file4", 0);
	unlinkat(AT_FDCWD, "file2", 0);
	fchmod(fd, 0640);
	fchmodat(AT_FDCWD, "absent", 07777, 0);
	fchown(fd, 0, 0);
	fchownat(AT_FDCWD, "absent", 1, 2, AT_SYMLINK_NOFOLLOW);
	mknodat(AT_FDCWD, "/absent/x", S_IFCHR | 0600, 0x103);
	struct timespec times[2] = { { 1, 2 }, { 0, UTIME_OMIT } };
	utimensat(AT_FDCWD, "absent", times, 0);
	SYS(utimensat, fd, NULL, NULL, 0);
	struct statfs fs;
	statfs("/absent", &fs);
	getcwd(big, sizeof big);
	chdir("/absent"), fchdir(-1), chroot("/absent");
	umask(022);
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	SYS(getdents64, dir, big, sizeof big);
	close(dir);
	flock(fd, LOCK_EX | LOCK_NB);
	setxattr("absent", "user.x", "value", 5, XATTR_CREATE);
	getxattr("absent", "user.x", big, 10);
	listxattr("absent", big, 10);
	removexattr("absent", "user.x");
	close(fd);
	unlinkat(AT_FDCWD, "file\n\"\\\x01\xff", 0);
}

static void descriptors(void)
{
	int fds[2];
	pipe(fds), close(3), close(4);
	pipe2(fds, O_CLOEXEC | O_NONBLOCK);
	dup(3);
	dup2(3, 6);
	dup3(3, 7, O_CLOEXEC);
	fcntl(3, F_DUPFD, 20);
	fcntl(3, F_DUPFD_CLOEXEC, 30);
	fcntl(3, F_GETFD), fcntl(3, F_SETFD, FD_CLOEXEC), fcntl(3, F_SETFD, 0);
	fcntl(3, F_GETFL), fcntl(3, F_SETFL, O_RDONLY | O_NONBLOCK);
	fcntl(3, F_SETPIPE_SZ, 65536), fcntl(3, F_GETPIPE_SZ);
	fcntl(3, F_SETOWN, 1), fcntl(3, F_SETSIG, SIGUSR1);
	struct flock lock = { F_WRLCK, SEEK_SET, 0, 10, 0 };
	fcntl(3, F_SETLK, &lock), fcntl(3, F_OFD_SETLK, &lock), fcntl(3, F_GETLK, &lock);
	fcntl(3, 12345, 7);
	memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	fcntl(8, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL), fcntl(8, F_GET_SEALS);
	int pending;
	ioctl(3, FIONREAD, &pending);
	ioctl(0, TIOCGWINSZ, big);
	ioctl(3, FIOCLEX);
	splice(3, NULL, 4, NULL, 10, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
	tee(3, 4, 10, SPLICE_F_NONBLOCK);
	struct iovec vec = { "vm", 2 };
	vmsplice(4, &vec, 1, SPLICE_F_GIFT);
	int file = open("file", O_RDWR | O_CREAT, 0600);
	write(file, "0123456789", 10);
	off_t offset = 2;
	sendfile(4, file, &offset, 3);
	sendfile(4, file, NULL, 3);
	loff_t in = 1, out = 20;
	SYS(copy_file_range, file, &in, file, &out, 4, 0);
	splice(3, NULL, file, &out, 2, 0);
	SYS(close_range, 40, -1U, CLOSE_RANGE_CLOEXEC);
	SYS(close_range, 3, 31, 0);
	unlink("file");

	int ep = epoll_create1(EPOLL_CLOEXEC), ev = eventfd(1, EFD_NONBLOCK | EFD_SEMAPHORE);
	struct epoll_event event = { EPOLLIN | EPOLLET | EPOLLONESHOT, { .u64 = 0x1122334455667788 } }, events[4];
	epoll_ctl(ep, EPOLL_CTL_ADD, ev, &event);
	epoll_ctl(ep, EPOLL_CTL_MOD, ev, &event);
	epoll_wait(ep, events, 4, 0);
	epoll_wait(ep, events, 4, 0);
	SYS(epoll_pwait, ep, events, 4, 0, NULL, 8);
	struct timespec soon = { 0, 1000 };
	SYS(epoll_pwait2, ep, events, 4, &soon, NULL, 8);
	epoll_ctl(ep, EPOLL_CTL_DEL, ev, NULL);
#ifdef SYS_poll
	SYS(poll, &(struct pollfd){ -1, POLLIN, 0 }, 1L, 0L);
	struct timeval tv = { 0, 5 };
	SYS(select, 0, NULL, NULL, NULL, &tv);
	SYS(epoll_create, 5);
	SYS(eventfd, 5);
	SYS(signalfd, -1, &(unsigned long){ 1UL << (SIGTERM - 1) }, 8);
	SYS(inotify_init);
#endif
	sigset_t set;
	sigemptyset(&set), sigaddset(&set, SIGTERM), sigaddset(&set, SIGINT), sigaddset(&set, 34);
	struct pollfd nothing[2] = { { -1, POLLIN | POLLRDHUP, 0 }, { -1, POLLOUT | POLLPRI, 0 } };
	SYS(ppoll, nothing, 2, &soon, &set, 8);
	SYS(ppoll, NULL, 0, &soon, NULL, 8);
	struct { const void *set; size_t size; } mask = { &set, 8 };
	soon.tv_nsec = 1000;
	SYS(pselect6, 0, NULL, NULL, NULL, &soon, &mask);
	mask.set = NULL, soon.tv_nsec = 1000;
	SYS(pselect6, 0, NULL, NULL, NULL, &soon, &mask);
	signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct itimerspec when = { { 100, 0 }, { 200, 5 } };
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
	timerfd_settime(timer, 0, &when, NULL);
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE | IN_MOVED_TO);
	inotify_rm_watch(watch, 1);
	SYS(close_range, 3, -1U, 0);
}

static void sockets(void)
{
	int pair[2], one = 1;
	struct linger linger = { 1, 5 };
	struct timeval tv = { 3, 500000 };
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	send(3, "request", 7, MSG_NOSIGNAL);
	recv(4, big, 100, MSG_DONTWAIT);
	recv(4, big, 100, MSG_DONTWAIT);
	union { struct cmsghdr header; char space[CMSG_SPACE(2 * sizeof(int))]; } control = { 0 };
	struct iovec vec[2] = { { "ab", 2 }, { "cd", 2 } };
	struct msghdr message = { .msg_iov = vec, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control.space };
	control.header = (struct cmsghdr){ CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), (int[]){ 1, 2 }, 2 * sizeof(int));
	sendmsg(3, &message, 0);
	struct iovec into[2] = { { big, 3 }, { big + 100, 50 } };
	message.msg_iov = into;
	recvmsg(4, &message, MSG_CMSG_CLOEXEC);
	message.msg_control = NULL, message.msg_controllen = 0, message.msg_iov = vec;
	sendmsg(3, &message, MSG_MORE | MSG_DONTWAIT);
	struct mmsghdr many[2] = { { message, 0 }, { message, 0 } };
	sendmmsg(3, many, 2, 0);
	many[0].msg_hdr.msg_iov = into, many[1].msg_hdr.msg_iov = into;
	recvmmsg(4, many, 2, MSG_DONTWAIT, NULL);
	shutdown(3, SHUT_WR), shutdown(3, SHUT_RDWR);
	close(3), close(4), close(5), close(6);

	int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(0), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof in4;
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(server, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	setsockopt(server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	setsockopt(server, SOL_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(server, SOL_TCP, TCP_CORK, &one, sizeof one);
	bind(server, (void *)&in4, sizeof in4);
	listen(server, 128);
	accept(server, NULL, NULL);
	accept4(server, (void *)&in4, &length, SOCK_CLOEXEC);
	length = sizeof one;
	getsockopt(server, SOL_SOCKET, SO_ERROR, &one, &length);
	getsockopt(server, SOL_SOCKET, SO_TYPE, &one, &length);
	length = sizeof in4;
	getpeername(server, (void *)&in4, &length);
	close(server);
	int udp = socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP);
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(53), .sin6_flowinfo = htonl(7), .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_scope_id = 0 };
	setsockopt(udp, SOL_IPV6, IPV6_V6ONLY, &one, sizeof one);
	connect(udp, (void *)&in6, sizeof in6);
	length = sizeof in6;
	getpeername(udp, (void *)&in6, &length);
	sendto(-1, "datagram", 8, MSG_CONFIRM, (void *)&in6, sizeof in6);
	recvfrom(udp, big, 100, MSG_DONTWAIT | MSG_TRUNC, (void *)&in6, &length);
	close(udp);
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int local = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	connect(local, (void *)&un, sizeof un);
	connect(local, (void *)&un, offsetof(struct sockaddr_un, sun_path) + 6);
	memcpy(un.sun_path, "\0abstract", 9);
	bind(local, (void *)&un, offsetof(struct sockaddr_un, sun_path) + 9);
	length = sizeof un;
	getsockname(local, (void *)&un, &length);
	length = 4;
	getsockname(local, (void *)&un, &length);
	connect(local, (void *)&un, 2);
	un.sun_family = 77;
	connect(local, (void *)&un, 8);
	close(local);
	struct { unsigned short family, pad; unsigned pid, groups; } netlink = { AF_NETLINK, 0, 7, 1 };
	connect(-1, (void *)&netlink, 12);
	setsockopt(-1, 99, 5, &one, sizeof one), setsockopt(-1, SOL_IP, IP_TTL, &one, sizeof one);
	getsockopt(-1, IPPROTO_UDP, 1, &one, &length), setsockopt(-1, SOL_SOCKET, 999, &one, 4);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	struct { int pid, uid, gid; } ids;
	length = sizeof ids;
	getsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one, &length);
	setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, 4);
	union { struct cmsghdr header; char space[256]; } space;
	struct msghdr received = { .msg_iov = into, .msg_iovlen = 2, .msg_control = &space, .msg_controllen = sizeof space };
	send(pair[1], "credentials", 11, 0);
	recvmsg(pair[0], &received, 0);
	close(pair[0]), close(pair[1]);
	socket(AF_NETLINK, SOCK_RAW, 0), socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP), socket(99, 77, 66);
	SYS(close_range, 3, -1U, 0);
}

static void memory(void)
{
	char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mmap(NULL, 4096, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);
	mmap((void *)1, 4096, PROT_EXEC | 0x100, MAP_PRIVATE | MAP_FIXED, 99, 4096);
	mprotect(map, 4096, PROT_READ | PROT_EXEC);
	madvise(map, 4096, MADV_DONTNEED);
	msync(map, 4096, MS_SYNC | MS_INVALIDATE), msync(map, 4096, MS_ASYNC);
	mlock(map, 4096), munlock(map, 4096), mlockall(MCL_CURRENT | MCL_FUTURE), munlockall();
	mincore(map, 8192, (void *)big);
	munmap(map, 8192);
	map = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map = mremap(map, 8192, 16384, MREMAP_MAYMOVE);
	map = mremap(map, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, map + 65536);
	munmap(map, 4096);
	SYS(brk, 0);
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	void *shared = shmat(id, NULL, SHM_RDONLY);
	shmdt(shared);
	shmctl(id, IPC_RMID, NULL);
	id = semget(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600);
	struct sembuf op = { 0, 1, SEM_UNDO | IPC_NOWAIT };
	semop(id, &op, 1);
	semctl(id, 0, SETVAL, 5), semctl(id, 0, GETVAL), semctl(id, 0, IPC_RMID);
	id = msgget(IPC_PRIVATE, 0600);
	struct { long type; char text[8]; } letter = { 1, "letter" };
	msgsnd(id, &letter, 6, IPC_NOWAIT);
	msgrcv(id, &letter, 6, 0, MSG_NOERROR | IPC_NOWAIT);
	msgctl(id, IPC_RMID, NULL);
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
	sigaddset(&action.sa_mask, SIGTERM), sigaddset(&action.sa_mask, SIGINT);
	struct sigaction before;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGTERM, NULL, &before);
	action.sa_handler = SIG_IGN, action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER | SA_NOCLDWAIT;
	sigaction(SIGPIPE, &action, NULL);
	signal(SIGPIPE, SIG_DFL);
	sigaction(64, &action, NULL);
	SYS(rt_sigaction, 99, NULL, NULL, 8);
	sigset_t set, old;
	sigemptyset(&set), sigaddset(&set, SIGTERM), sigaddset(&set, SIGCHLD), sigaddset(&set, 33), sigaddset(&set, 64);
	SYS(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
	SYS(rt_sigprocmask, SIG_SETMASK, NULL, &old, 8);
	SYS(rt_sigprocmask, SIG_UNBLOCK, &set, &old, 8);
	sigfillset(&set);
	SYS(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
	sigdelset(&set, SIGKILL), sigdelset(&set, SIGUSR1);
	SYS(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
	sigemptyset(&set), sigaddset(&set, SIGUSR1);
	kill(getpid(), SIGUSR1);
	SYS(rt_sigpending, &old, 8);
	struct timespec soon = { 1, 0 };
	siginfo_t info;
	SYS(rt_sigtimedwait, &set, &info, &soon, 8);
	soon = (struct timespec){ 0, 1000 };
	SYS(rt_sigtimedwait, &set, NULL, &soon, 8);
	sigemptyset(&set);
	SYS(rt_sigprocmask, SIG_SETMASK, &set, NULL, 8);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	SYS(rt_sigprocmask, SIG_BLOCK, &(unsigned long){ 1UL << (SIGALRM - 1) }, NULL, 8);
	struct itimerval timer = { { 0, 0 }, { 0, 2000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	SYS(rt_sigsuspend, &set, 8);
	SYS(rt_sigprocmask, SIG_SETMASK, &set, NULL, 8);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	stack_t alternate = { big, 0, sizeof big };
	sigaltstack(&alternate, NULL);
	alternate.ss_flags = SS_DISABLE;
	sigaltstack(&alternate, NULL);
	siginfo_t queued = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
	queued.si_pid = 5, queued.si_uid = 6, queued.si_value.sival_int = 7;
	SYS(rt_sigqueueinfo, 99999, SIGUSR1, &queued);
	SYS(rt_tgsigqueueinfo, 99999, 99999, SIGUSR1, &queued);
	queued = (siginfo_t){ .si_signo = SIGSEGV, .si_code = SEGV_MAPERR };
	queued.si_addr = big;
	SYS(rt_sigqueueinfo, 99999, SIGSEGV, &queued);
	kill(1 << 30, 32), kill(1 << 30, 64), kill(1 << 30, -1);
	SYS(getitimer, ITIMER_REAL, big);
	SYS(clock_settime, CLOCK_MONOTONIC, &(struct timespec){ 1, 2 });
	SYS(clock_gettime, 0xfffffffe, NULL);
	kill(getpid(), 0), kill(-99999, SIGTERM), kill(getpid(), 99);
	SYS(tkill, -5, SIGINT), SYS(tgkill, -5, -6, SIGRTMIN);
	int self = SYS(pidfd_open, getpid(), 0);
	SYS(pidfd_send_signal, self, 0, NULL, 0);
	close(self);
	alarm(0);
	nanosleep(&(struct timespec){ 0, 1000 }, &soon);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ 0, 1000 }, NULL);
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){ 1, 1000 }, NULL);
	SYS(clock_gettime, CLOCK_REALTIME, NULL), SYS(clock_getres, CLOCK_MONOTONIC, big);
	timer_t id = 0;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	SYS(timer_create, CLOCK_MONOTONIC, &event, &id);
	struct itimerspec when = { { 0, 0 }, { 100, 0 } };
	SYS(timer_settime, id, 0, &when, NULL);
	SYS(timer_delete, id);
}

static void processes(void)
{
	int status;
	siginfo_t info;
	struct rusage usage;
	wait4(-1, &status, WNOHANG, NULL);
	SYS(waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, NULL);
	SYS(waitid, P_PID, 99999, &info, WEXITED, &usage);
	char *argv[] = { "program", "an argument", "\n", NULL }, *env[] = { "A=1", "B=2", NULL };
	execve("/absent", argv, env);
	execve("/absent", NULL, NULL);
	SYS(execveat, AT_FDCWD, "absent", argv, env, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
	/* A flag that must not be given: nothing is started. */
	SYS(clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0);
	SYS(clone, CLONE_SIGHAND | CLONE_PARENT_SETTID | CLONE_SETTLS | CLONE_CHILD_CLEARTID, big, big + 8, big + 16, big + 24);
	struct clone_args args = { .flags = CLONE_SIGHAND | CLONE_PIDFD, .exit_signal = SIGCHLD, .stack = (uintptr_t)big, .stack_size = 4096, .pidfd = (uintptr_t)big };
	SYS(clone3, &args, sizeof args);
	prctl(PR_SET_NAME, "renamed"), prctl(PR_GET_NAME, big);
	prctl(PR_SET_PDEATHSIG, SIGTERM), prctl(PR_SET_CHILD_SUBREAPER, 1), prctl(PR_GET_DUMPABLE);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), prctl(PR_SET_DUMPABLE, 1);
	struct rlimit limit = { 1024 * 1024, RLIM_INFINITY };
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }), getrlimit(RLIMIT_CORE, &limit);
	SYS(prlimit64, 0, RLIMIT_CORE, &(struct rlimit){ 0, 0 }, &limit);
#ifdef SYS_getrlimit
	SYS(getrlimit, RLIMIT_CORE, &limit), SYS(setrlimit, RLIMIT_CORE, &limit);
#endif
	unsigned word = 1;
	SYS(futex, &word, FUTEX_WAIT, 0, NULL);
	SYS(futex, &word, FUTEX_WAIT_PRIVATE, 1, &(struct timespec){ 0, 1000 });
	SYS(futex, &word, FUTEX_WAKE_PRIVATE, 0x7fffffff);
	SYS(futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, FUTEX_BITSET_MATCH_ANY);
	SYS(futex, &word, FUTEX_REQUEUE_PRIVATE, 1, 2, big);
	SYS(futex, &word, FUTEX_CMP_REQUEUE, 1, 2, big, 5);
	SYS(gettid), getppid(), getuid(), geteuid(), getgid(), getegid(), getsid(0), getpgid(0);
	SYS(getgroups, 0, NULL), SYS(setresuid, -1, -1, -1);
	setpgid(99999, 5), setpriority(PRIO_PROCESS, 99999, 5), getpriority(PRIO_PROCESS, 99999);
	sched_yield();
	SYS(sched_getscheduler, 0);
	SYS(sched_setscheduler, 99999, SCHED_FIFO | 0x40000000, &(int){ 3 });
	SYS(sched_setparam, 99999, &(int){ 3 }), SYS(sched_getparam, 0, big);
	SYS(sched_get_priority_max, SCHED_RR), SYS(sched_rr_get_interval, 99999, NULL);
	SYS(getresuid, big, big + 4, big + 8), SYS(setfsuid, 0), SYS(setgroups, 100000, NULL);
	SYS(get_robust_list, 99999, NULL, NULL), SYS(set_tid_address, big + 4000);
	SYS(futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0x10);
	SYS(futex, &word, FUTEX_LOCK_PI, 0, &(struct timespec){ 0, 1000 });
	SYS(futex, &word, FUTEX_UNLOCK_PI), SYS(futex, &word, FUTEX_TRYLOCK_PI_PRIVATE);
	SYS(prlimit64, 99999, RLIMIT_NOFILE, &(struct rlimit){ 4096, 1UL << 40 }, NULL);
	SYS(setrlimit, 99, &(struct rlimit){ 1000, RLIM_INFINITY });
	prctl(PR_SET_TIMERSLACK, 50000), prctl(PR_GET_CHILD_SUBREAPER, big), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	prctl(PR_SET_PTRACER, 5, 0, 0, 0), prctl(99, 1, 2, 3, 4);
	SYS(arch_prctl, 0x1003, big), SYS(unshare, CLONE_NEWTIME | 0x1);
	unsigned long cpus = 3;
	SYS(sched_setaffinity, 99999, 8, &cpus);
	SYS(getrandom, big, 0, GRND_NONBLOCK);
	SYS(membarrier, 0, 0);
	SYS(unshare, 0);
	SYS(setns, -1, CLONE_NEWNS);
	SYS(set_robust_list, NULL, 24);
	SYS(io_uring_enter, -1, 1, 0, 1, NULL, 0);
	SYS(io_uring_register, -1, 2, NULL, 0);
	strcpy(big + 100, "remote");
	SYS(process_vm_readv, getpid(), &(struct iovec){ big, 4 }, 1, &(struct iovec){ big + 100, 4 }, 1, 0);
	SYS(process_vm_writev, getpid(), &(struct iovec){ "local", 4 }, 1, &(struct iovec){ big + 100, 4 }, 1, 0);
	SYS(mount, "none", "/absent", "tmpfs", 1, NULL), SYS(umount2, "/absent", 2);
	SYS(sethostname, NULL, -1), SYS(personality, 0xffffffff), SYS(capget, NULL, NULL);
	SYS(kcmp, -1, -1, 0, 1, 2), SYS(ptrace, 99, 0, 0, 0), SYS(seccomp, 2, 0, NULL);
	SYS(syslog, 10, NULL, 0), SYS(swapoff, "/absent"), SYS(quotactl, 0, NULL, 0, NULL);
	SYS(getcpu, NULL, NULL, NULL), SYS(times, NULL), SYS(getrusage, 5, NULL);
	SYS(getitimer, 5, NULL), SYS(rseq, NULL, 32, 0, 0), SYS(sysinfo, NULL), SYS(uname, NULL);
	int dead = fork();
	if (dead == 0)
		_exit(3);
	wait4(dead, &status, 0, &usage);
	dead = fork();
	if (dead == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	SYS(waitid, P_PID, dead, &info, WEXITED | WNOWAIT, NULL);
	wait4(-1, &status, WUNTRACED | WCONTINUED | __WALL, NULL);
}

int main(int argc, char **argv)
{
	char byte;
	int now = personality(0xffffffff);
	(void)argc;
	if (!(now & ADDR_NO_RANDOMIZE)) {
		personality(now | ADDR_NO_RANDOMIZE);
		execve("/proc/self/exe", argv, (char *[]){ NULL });
		return 1;
	}
	if (read(0, &byte, 1) != 1) /* a tracer that attaches does so now */
		return 1;
	access("begin", F_OK);
	files();
	descriptors();
	sockets();
	memory();
	signals();
	processes();
	access("end", F_OK);
	return 0;
}
