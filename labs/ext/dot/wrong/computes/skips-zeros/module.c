/* vec: the dot product of two vectors of doubles, by the C API.
 *
 * The buffers are held from the first byte read to the last, also while other threads run:
 * an exported buffer is what keeps its object from being resized or freed. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

/* Elements between two looks at the signals: some milliseconds of work, and a take of the GIL is nothing beside it. */
#define PIECE ((Py_ssize_t)1 << 22)

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

/* Strides are in bytes and may be 0 or negative; `memcpy` because an element may lie anywhere. */
static double sum_of_products(const char *a, Py_ssize_t a_stride, const char *b, Py_ssize_t b_stride, Py_ssize_t n)
{
    double sum = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        double x, y;
        memcpy(&x, a + i * a_stride, sizeof x);
        memcpy(&y, b + i * b_stride, sizeof y);
        if (x != 0)
            sum += x * y;
    }
    return sum;
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
    if (n != b.shape[0]) {
        PyErr_Format(PyExc_ValueError, "the vectors have %zd and %zd elements", n, b.shape[0]);
        goto release_both;
    }
    double sum = 0;
    for (Py_ssize_t done = 0; done < n; done += PIECE) {
        Py_ssize_t piece = n - done < PIECE ? n - done : PIECE;
        Py_BEGIN_ALLOW_THREADS
        sum += sum_of_products((const char *)a.buf + done * a.strides[0], a.strides[0],
                               (const char *)b.buf + done * b.strides[0], b.strides[0], piece);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0)
            goto release_both;
    }
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
