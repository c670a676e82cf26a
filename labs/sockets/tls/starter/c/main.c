/* tls PORT CERT KEY: echo under TLS, with a certificate that can be changed while it runs.
 *
 * This starter serves one client after the other, as long as they are well-behaved. Follow the
 * TODOs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *load(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    /* TODO: which versions does it speak? */
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1
            || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    return context;
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
            || listen(listener, 128) < 0) {
        perror("tls: listen");
        exit(1);
    }
    return listener;
}

static void echo(SSL *tls)
{
    char buffer[16 * 1024];     /* the largest record */
    int got;

    while ((got = SSL_read(tls, buffer, sizeof buffer)) > 0)
        SSL_write(tls, buffer, got);
    /* TODO: why was this the last? Does the client wait for something? */
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL_CTX *context = load(argv[2], argv[3]);
    int listener = listen_on(argv[1]);

    /* TODO: SIGTERM ends it with status 0. */
    /* TODO: at SIGHUP, new connections get the certificate that is in the files then. What if one
       of them is broken, or if they do not belong together? */
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        SSL *tls = SSL_new(context);
        SSL_set_fd(tls, connection);
        /* TODO: who waits while this client takes its time? */
        /* TODO: what if it does not speak TLS, or leaves in the middle of the handshake, or in the
           middle of a write? */
        if (SSL_accept(tls) != 1) {
            ERR_print_errors_fp(stderr);
            return 1;
        }
        echo(tls);
        SSL_free(tls);
        /* TODO: SSL_free frees the SSL. And the descriptor? */
    }
}
