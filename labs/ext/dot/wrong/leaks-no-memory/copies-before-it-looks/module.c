/* vec: the dot product of two vectors of doubles, by the C API.
 *
 * Strided vectors are copied first, piece by piece, so that the loop that computes is the fastest there is. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

enum { PIECE = 1 << 18 };

/* Whether a format of the struct module is that of a double of this machine. */
static int is_double(const char *format)
{
    if (format == NULL)
        return 0; /* means unsigned bytes */
    if (*format == '@' || *format == '=' || *format == (PY_LITTLE_ENDIAN ? '<' : '>'))
        format++;
    return strcmp(format, "d") == 0;
}

/* Exports a vector's buffer; on failure there is an exception and nothing to release. */
static int export_vector(PyObject *object, Py_buffer *view)
{
    if (PyObject_GetBuffer(object, view, PyBUF_STRIDED_RO | PyBUF_FORMAT) < 0)
        return -1;
    if (view->ndim != 1 || view->itemsize != sizeof(double) || !is_double(view->format)) {
        PyErr_Format(PyExc_TypeError, "a one-dimensional buffer of float64 is required, not %d dimensions of '%s'",
                     view->ndim, view->format ? view->format : "B");
        PyBuffer_Release(view);
        return -1;
    }
    return 0;
}

/* The elements from `start` on without gaps: where they are, or their copy. */
static const double *gather(const Py_buffer *view, Py_ssize_t start, Py_ssize_t n, double *copy)
{
    const char *at = (const char *)view->buf + start * view->strides[0];
    if (view->strides[0] == sizeof(double) && (uintptr_t)at % sizeof(double) == 0)
        return (const double *)at;
    for (Py_ssize_t i = 0; i < n; i++)
        memcpy(copy + i, at + i * view->strides[0], sizeof *copy);
    return copy;
}

static double sum_of_products(const double *x, const double *y, Py_ssize_t n)
{
    double sums[4] = {0}, rest = 0;
    Py_ssize_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int j = 0; j < 4; j++)
            sums[j] += x[i + j] * y[i + j];
    for (; i < n; i++)
        rest += x[i] * y[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]) + rest;
}

static PyObject *dot(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "dot takes two vectors, not %zd", count);
        return NULL;
    }
    PyObject *result = NULL;
    Py_buffer a, b;
    if (export_vector(arguments[0], &a) < 0)
        return NULL;
    if (export_vector(arguments[1], &b) < 0)
        goto release_a;
    Py_ssize_t n = a.shape[0];
    double sum = 0, *copies = malloc(2 * sizeof *copies * (size_t)(n < PIECE ? n + 1 : PIECE));
    if (copies == NULL) {
        PyErr_NoMemory();
        goto release_both;
    }
    if (n != b.shape[0]) {
        PyErr_Format(PyExc_ValueError, "the vectors have %zd and %zd elements", n, b.shape[0]);
        goto release_both;
    }
    int failed = 0;
    for (Py_ssize_t done = 0; done < n && !failed; done += PIECE) {
        Py_ssize_t piece = n - done < PIECE ? n - done : PIECE;
        Py_BEGIN_ALLOW_THREADS
        sum += sum_of_products(gather(&a, done, piece, copies), gather(&b, done, piece, copies + piece), piece);
        Py_END_ALLOW_THREADS
        failed = PyErr_CheckSignals() < 0;
    }
    free(copies);
    if (!failed)
        result = PyFloat_FromDouble(sum);
release_both:
    PyBuffer_Release(&b);
release_a:
    PyBuffer_Release(&a);
    return result;
}

static PyMethodDef methods[] = {
    {"dot", (PyCFunction)(void (*)(void))dot, METH_FASTCALL, "The dot product of two vectors of float64."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "vec",
    .m_doc = "Products of vectors.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_vec(void)
{
    return PyModuleDef_Init(&definition);
}
