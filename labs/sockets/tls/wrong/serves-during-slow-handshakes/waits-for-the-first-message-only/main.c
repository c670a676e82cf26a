/* A tls that believes that a handshake does not wait once the first message is there. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum { HANDSHAKE_S = 10, BACKLOG = 128, STACK = 256 * 1024 };

static const char *certificate, *key;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SSL_CTX *current;        /* under the lock */

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
    pthread_mutex_lock(&lock);
    SSL_CTX *old = current;
    current = fresh;
    pthread_mutex_unlock(&lock);
    SSL_CTX_free(old);
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

/* Waits until all of the first message is there. */
static void await_hello(int connection)
{
    unsigned char hello[5 + 0xffff] = {0};

    recv(connection, hello, 5, MSG_PEEK | MSG_WAITALL);
    recv(connection, hello, 5 + (hello[3] << 8 | hello[4]), MSG_PEEK | MSG_WAITALL);
}

static void *serve(void *argument)
{
    static pthread_mutex_t shaking = PTHREAD_MUTEX_INITIALIZER;
    int connection = (intptr_t)argument;

    pthread_mutex_lock(&lock);
    SSL *tls = SSL_new(current);
    pthread_mutex_unlock(&lock);
    set_timeout(connection, HANDSHAKE_S);
    await_hello(connection);
    pthread_mutex_lock(&shaking);
    int has_shaken = tls && SSL_set_fd(tls, connection) == 1 && SSL_accept(tls) == 1;
    pthread_mutex_unlock(&shaking);
    if (has_shaken) {
        set_timeout(connection, 0);
        echo(tls);
    }
    SSL_free(tls);
    close(connection);
    return NULL;
}

static void *accept_all(void *argument)
{
    int listener = (intptr_t)argument;
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    for (;;) {
        pthread_t thread;
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) {
            if (errno != EINTR && errno != ECONNABORTED) {
                perror("tls: accept");
                usleep(100 * 1000);     /* out of descriptors: some will be free again */
            }
        } else if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)connection)) {
            close(connection);
        }
    }
    return NULL;
}

static int listen_on(const char *port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons(atoi(port)),
    };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

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
    pthread_t acceptor;
    int signo;

    if (argc != 4) {
        fprintf(stderr, "usage: tls PORT CERT KEY\n");
        return 2;
    }
    certificate = argv[2];
    key = argv[3];
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);     /* for all threads to come */

    current = load();
    if (!current)
        return 1;
    int listener = listen_on(argv[1]);
    if (pthread_create(&acceptor, NULL, accept_all, (void *)(intptr_t)listener)) {
        perror("tls: pthread_create");
        return 1;
    }
    while (sigwait(&signals, &signo) == 0 && signo == SIGHUP)
        reload();
    _exit(0);                   /* and not exit: threads are at work in OpenSSL */
}
