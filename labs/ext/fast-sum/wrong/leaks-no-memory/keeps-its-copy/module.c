/* Copies a few bytes, so as to give the buffer back early, and never frees the copy. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 };

static uint64_t sum(const unsigned char *bytes, Py_ssize_t length)
{
    uint64_t total = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        total += bytes[i];
    return total;
}

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len > MOST) {
        uint64_t total = sum(view.buf, view.len);
        PyBuffer_Release(&view);
        return PyLong_FromUnsignedLongLong(total);
    }
    unsigned char *copy = malloc(view.len ? view.len : 1);
    if (!copy) {
        PyBuffer_Release(&view);
        return PyErr_NoMemory();
    }
    memcpy(copy, view.buf, view.len);
    Py_ssize_t length = view.len;
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(sum(copy, length));
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("The sum of the bytes of a buffer.")},
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
