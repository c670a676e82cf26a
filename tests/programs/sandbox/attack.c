/* What a hostile submission tries. One attempt per argument; each prints what became of it.
 *
 * Built and run by tests/it/sandbox.rs, inside the sandbox only. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    if (result < 0)
        printf("%s: %s\n", what, strerrorname_np(errno));
    else
        printf("%s: ok\n", what);
    fflush(stdout);
}

/* Forks children that wait, as many as it can. */
static void forks(void)
{
    int count = 0;
    pid_t pid;
    while ((pid = fork()) > 0)
        count++;
    if (pid == 0)
        for (;;)
            pause();
    printf("forks: %d then %s\n", count, strerrorname_np(errno));
}

/* Every process forks for ever. */
static void bomb(void)
{
    puts("bomb");
    fflush(stdout);
    for (;;)
        fork();
}

static void memory(void)
{
    size_t total = 0;
    char *block;
    while (total < (size_t)1 << 30 && (block = malloc(1 << 20))) {
        memset(block, 1, 1 << 20);
        total += 1 << 20;
    }
    printf("memory: %s\n", total < (size_t)1 << 30 ? strerrorname_np(errno) : "all of it");
}

/* Fills a directory with large files, then with empty ones. */
static void fill(const char *directory)
{
    static char block[1 << 20];
    char path[128];
    int files = 0;
    long written = 0, got = 0;
    for (; files < 1000 && got >= 0; files++) {
        snprintf(path, sizeof path, "%s/f%d", directory, files);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        for (int i = 0; i < 16 && (got = write(fd, block, sizeof block)) > 0; i++)
            written += got;
        close(fd);
    }
    printf("fill %s: %s after %ld MiB\n", directory, strerrorname_np(errno), written >> 20);
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "%s/f%d", directory, i);
        unlink(path);
    }
    long made = 0;
    for (;; made++) {
        snprintf(path, sizeof path, "%s/e%ld", directory, made);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        if (fd < 0 || made > 100000)
            break;
        close(fd);
    }
    printf("files %s: %s, fewer than 10000: %d\n", directory, strerrorname_np(errno), made < 10000);
}

static void disk(void)
{
    fill("/lab");
    fill("/tmp");
    fill("/dev/shm");
    signal(SIGXFSZ, SIG_IGN);
    int fd = open("/lab/sparse", O_WRONLY | O_CREAT, 0600);
    if (fd < 0) {
        unlink("/lab/e0");
        fd = open("/lab/sparse", O_WRONLY | O_CREAT, 0600);
    }
    say("sparse", ftruncate(fd, (off_t)1 << 40));
}

static void readonly(void)
{
    say("write /", open("/x", O_WRONLY | O_CREAT, 0600));
    say("write /usr", open("/usr/x", O_WRONLY | O_CREAT, 0600));
    say("write /etc/passwd", open("/etc/passwd", O_WRONLY));
    say("write /submission", open("/submission/x", O_WRONLY | O_CREAT, 0600));
    say("write /dev", open("/dev/x", O_WRONLY | O_CREAT, 0600));
    say("write /lab", open("/lab/x", O_WRONLY | O_CREAT, 0600));
    say("write /dev/null", open("/dev/null", O_WRONLY));
    struct statvfs found;
    const char *all[] = { "/", "/usr", "/lab", "/submission", "/tmp", "/dev/shm", "/proc" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (statvfs(all[i], &found) || !(found.f_flag & ST_NOSUID))
            printf("%s takes set-user-ID programs\n", all[i]);
}

static void settings(void)
{
    say("host name", open("/proc/sys/kernel/hostname", O_WRONLY));
    say("messages", open("/proc/sys/kernel/msgmax", O_WRONLY));
    say("queues", open("/proc/sys/fs/mqueue/msg_max", O_WRONLY));
    say("ports", open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY));
    say("TCP", open("/proc/sys/net/ipv4/tcp_syncookies", O_WRONLY));
}

static void kills(void)
{
    say("kill init", kill(1, SIGKILL));
    say("kill parent", kill(getppid(), SIGKILL));
    say("kill all", kill(-1, SIGKILL));
    printf("init is %s\n", kill(1, 0) ? "dead" : "alive");
}

static void look(void)
{
    const char *paths[] = { "/proc/1/environ", "/proc/1/mem", "/proc/1/maps", "/proc/1/root/etc",
        "/proc/1/cwd/etc", "/proc/1/fd/0", "/proc/kcore", "/proc/sysrq-trigger", "/proc/kmsg",
        "/root", "/home", "/etc/shadow", "/sys", "/run", "/var/log", "/dev/tty", "/dev/kmsg",
        "/dev/mem", "/dev/ptmx" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        say(paths[i], open(paths[i], strstr(paths[i], "trigger") ? O_WRONLY : O_RDONLY));
    say("/proc/sys", open("/proc/sys/kernel/core_pattern", O_WRONLY));
}

static void net(const char *abstract_name)
{
    struct sockaddr_in far = { .sin_family = AF_INET, .sin_port = htons(53) };
    inet_pton(AF_INET, "8.8.8.8", &far.sin_addr);
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    say("tcp out", connect(tcp, (struct sockaddr *)&far, sizeof far));
    say("udp out", sendto(udp, "x", 1, 0, (struct sockaddr *)&far, sizeof far));

    struct sockaddr_in near = { .sin_family = AF_INET, .sin_port = htons(7777) };
    near.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    say("bind", bind(server, (struct sockaddr *)&near, sizeof near));
    say("listen", listen(server, 1));
    say("connect", connect(client, (struct sockaddr *)&near, sizeof near));

    struct sockaddr_un host = { .sun_family = AF_UNIX };
    strcpy(host.sun_path + 1, abstract_name);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abstract_name);
    int local = socket(AF_UNIX, SOCK_STREAM, 0);
    say("abstract socket", connect(local, (struct sockaddr *)&host, length));
    say("vsock", socket(40, SOCK_STREAM, 0));
    say("alg", socket(38, SOCK_SEQPACKET, 0));
    say("packet", socket(AF_PACKET, SOCK_RAW, 0));
}

/* Says what it is, and that it is ready; then stays, whoever ends. It holds stdout open as long
 * as it lives. */
static void stay(const char *what, int ready)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    puts(what);
    fflush(stdout);
    if (ready >= 0 && write(ready, "", 1) != 1)
        return;
    for (;;)
        pause();
}

static void daemonize(void)
{
    int ready[2];
    char byte;
    if (pipe(ready))
        return;
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            signal(SIGHUP, SIG_IGN);
            stay("daemon", ready[1]);
        }
        _exit(0);
    }
    if (read(ready[0], &byte, 1) == 1)
        puts("first is done");
}

static void stop_self(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int signal_number = 1; signal_number < 65; signal_number++)
        signal(signal_number, SIG_IGN);
    puts("stopping");
    fflush(stdout);
    for (;;)
        raise(SIGSTOP);
}

int main(int, char **);

static void namespaces(void)
{
    const struct {
        const char *name;
        int flag;
    } all[] = { { "user", CLONE_NEWUSER }, { "pid", CLONE_NEWPID }, { "mnt", CLONE_NEWNS },
        { "net", CLONE_NEWNET }, { "ipc", CLONE_NEWIPC }, { "uts", CLONE_NEWUTS },
        { "cgroup", CLONE_NEWCGROUP }, { "untraced", CLONE_UNTRACED } };
    char line[64];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(line, sizeof line, "unshare %s", all[i].name);
        if (all[i].flag != CLONE_UNTRACED)
            say(line, unshare(all[i].flag));
        snprintf(line, sizeof line, "clone %s", all[i].name);
        long pid = syscall(SYS_clone, all[i].flag | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0)
            _exit(0);
        say(line, pid);
    }
    say("clone3", syscall(SYS_clone3, NULL, 0));
    say("setns", setns(open("/proc/self/ns/user", O_RDONLY), 0));
}

static void calls(void)
{
    char area[256] = { 0 };
    struct sock_fprog_ {
        unsigned short len;
        void *filter;
    } program = { 0 };
    say("io_uring_setup", syscall(SYS_io_uring_setup, 8, area));
    say("io_uring_enter", syscall(SYS_io_uring_enter, 0, 0, 0, 0, 0, 0));
    say("memfd_secret", syscall(447, 0));
    say("ptrace traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
    say("ptrace init", ptrace(PTRACE_SEIZE, 1, 0, 0));
    struct iovec here = { area, 1 }, there = { main, 1 };
    say("process_vm_readv", syscall(SYS_process_vm_readv, 1, &here, 1, &there, 1, 0));
    say("bpf", syscall(SYS_bpf, 0, area, sizeof area));
    say("userfaultfd", syscall(SYS_userfaultfd, 0));
    say("keyctl", syscall(SYS_keyctl, 0, 0));
    say("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
    say("perf_event_open", syscall(SYS_perf_event_open, area, 0, -1, -1, 0));
    say("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    say("umount2", umount2("/proc", MNT_DETACH));
    say("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    say("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    say("chroot", chroot("/tmp"));
    say("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    say("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, area, 0));
    say("init_module", syscall(SYS_init_module, area, 0, ""));
    say("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    say("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
    say("swapon", syscall(SYS_swapon, "/tmp/x", 0));
    say("syslog", syscall(SYS_syslog, 3, area, sizeof area));
    say("sethostname", sethostname("x", 1));
    say("tiocsti", ioctl(0, 0x5412, area));
    say("tiocsti with noise above", syscall(SYS_ioctl, 0, 0x100005412, area));
    say("seccomp listener", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 8, &program));
    say("setuid 0", setuid(0));
    say("setuid 1000", setuid(1000));
    say("setgroups", syscall(SYS_setgroups, 0, NULL));
    say("chown", chown("/lab", 0, 0));
    say("nice", setpriority(PRIO_PROCESS, 0, -5));
    struct sched_param param = { 1 };
    say("realtime", sched_setscheduler(0, SCHED_FIFO, &param));
}

#ifdef __x86_64__
static void x32(void)
{
    say("x32", syscall(0x40000000 + SYS_getpid));
}

static void int80(void)
{
    long result = 20; /* getpid of i386 */
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
    say("int80", result);
}
#endif

/* How a learner's program finds the world. */
static void world(void)
{
    struct dirent *entry;
    DIR *fds = opendir("/proc/self/fd");
    printf("pid %d parent %d session %d uid %d gid %d groups %d\n", getpid(), getppid(),
        getsid(0), getuid(), getgid(), getgroups(0, NULL));
    while ((entry = readdir(fds)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(fds))
            printf("fd %s\n", entry->d_name);
    struct sigaction action;
    for (int number = 1; number < 32; number++)
        if (!sigaction(number, NULL, &action) && action.sa_handler != SIG_DFL)
            printf("signal %d is not at its default\n", number);
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    printf("no signal blocked: %d\n", sigisemptyset(&blocked));
    printf("no new privileges: %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    printf("dumpable: %d\n", prctl(PR_GET_DUMPABLE));
    mode_t mask = umask(0);
    printf("umask %03o\n", mask);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *what = argv[i];
        if (!strcmp(what, "forks")) forks();
        else if (!strcmp(what, "bomb")) bomb();
        else if (!strcmp(what, "memory")) memory();
        else if (!strcmp(what, "disk")) disk();
        else if (!strcmp(what, "readonly")) readonly();
        else if (!strcmp(what, "settings")) settings();
        else if (!strcmp(what, "kills")) kills();
        else if (!strcmp(what, "look")) look();
        else if (!strcmp(what, "net")) net(argv[++i]);
        else if (!strcmp(what, "daemon")) daemonize();
        else if (!strcmp(what, "stay")) stay("staying", -1);
        else if (!strcmp(what, "stop")) stop_self();
        else if (!strcmp(what, "namespaces")) namespaces();
        else if (!strcmp(what, "calls")) calls();
#ifdef __x86_64__
        else if (!strcmp(what, "x32")) x32();
        else if (!strcmp(what, "int80")) int80();
#endif
        else if (!strcmp(what, "world")) world();
        else return 2;
    }
    return 0;
}
