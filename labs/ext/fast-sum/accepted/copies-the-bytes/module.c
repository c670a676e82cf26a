/* Copies a piece at a time into memory of its own, and sums that while others have the GIL and the buffer. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 };

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    uint64_t total = 0;

    if (PyObject_GetBuffer(data, &view, PyBUF_ND) < 0)
        return NULL;
    unsigned char *copy = malloc(PIECE);
    if (!copy) {
        PyErr_NoMemory();
        PyBuffer_Release(&view);
        return NULL;
    }
    for (Py_ssize_t start = 0; start < view.len; start += PIECE) {
        Py_ssize_t length = view.len - start < PIECE ? view.len - start : PIECE;
        memcpy(copy, (unsigned char *)view.buf + start, length);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < length; i++)
            total += copy[i];
        Py_END_ALLOW_THREADS
    }
    free(copy);
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
