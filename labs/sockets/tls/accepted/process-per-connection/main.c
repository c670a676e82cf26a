/* tls with a process for each connection: the parent never speaks TLS, and a child has the
 * context that was there when it was forked. SIGTERM goes to the whole group.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum { HANDSHAKE_S = 10, BACKLOG = 128 };

static const char *certificate, *key;

static SSL_CTX *current;

/* A context with the files as they are now; NULL, and a message, if they are broken. */
static SSL_CTX *load(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context
            && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
            && SSL_CTX_use_certificate_chain_file(context, certificate) == 1
            && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1
            && SSL_CTX_check_private_key(context) == 1)
        return context;
    ERR_print_errors_fp(stderr);
    SSL_CTX_free(context);
    return NULL;
}

static void reload(void)
{
    SSL_CTX *fresh = load();

    if (!fresh) {
        fprintf(stderr, "tls: the certificate stays as it is\n");
        return;
    }
    SSL_CTX_free(current);
    current = fresh;
}

static void set_timeout(int connection, time_t seconds)
{
    struct timeval timeout = {seconds, 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

static void echo(SSL *tls)
{
    char buffer[16 * 1024];     /* the largest record */
    int got;

    while ((got = SSL_read(tls, buffer, sizeof buffer)) > 0)
        if (SSL_write(tls, buffer, got) <= 0)
            return;
    if (SSL_get_error(tls, got) == SSL_ERROR_ZERO_RETURN)
        SSL_shutdown(tls);
}

static _Noreturn void serve(int connection)
{
    SSL *tls = SSL_new(current);

    set_timeout(connection, HANDSHAKE_S);
    if (tls && SSL_set_fd(tls, connection) == 1 && SSL_accept(tls) == 1) {
        set_timeout(connection, 0);
        echo(tls);
    }
    _exit(0);
}

static void accept_all(int listener)
{
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN)
                perror("tls: accept");
            return;
        }
        if (fork() == 0) {
            sigset_t none;
            sigemptyset(&none);
            signal(SIGHUP, SIG_IGN);    /* the parent's business */
            sigprocmask(SIG_SETMASK, &none, NULL);
            serve(connection);
        }
        close(connection);
    }
}

static int listen_on(const char *port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons(atoi(port)),
    };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (listener < 0
            || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0
            || bind(listener, (struct sockaddr *)&here, sizeof here) < 0
            || listen(listener, BACKLOG) < 0) {
        perror("tls: listen");
        exit(1);
    }
    return listener;
}

int main(int argc, char **argv)
{
    sigset_t signals;
    struct signalfd_siginfo signal_info;

    if (argc != 4) {
        fprintf(stderr, "usage: tls PORT CERT KEY\n");
        return 2;
    }
    certificate = argv[2];
    key = argv[3];
    setpgid(0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);                   /* nobody waits for them */
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);

    current = load();
    if (!current)
        return 1;
    int listener = listen_on(argv[1]);
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    struct pollfd both[] = {{listener, POLLIN, 0}, {descriptor, POLLIN, 0}};
    for (;;) {
        if (poll(both, 2, -1) < 0)
            continue;
        if (both[0].revents)
            accept_all(listener);
        if (!both[1].revents
                || read(descriptor, &signal_info, sizeof signal_info) != sizeof signal_info)
            continue;
        if (signal_info.ssi_signo == SIGTERM) {
            kill(0, SIGTERM);   /* blocked here, but not in the children */
            return 0;
        }
        reload();
    }
}
