/* Only what is in the stable ABI of 3.11; two phases, vectorcall, and Python numbers for the sum. */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Py_buffer view;

    if (count != 1) {
        PyErr_Format(PyExc_TypeError, "byte_sum() takes one argument, not %zd", count);
        return NULL;
    }
    if (PyObject_GetBuffer(arguments[0], &view, PyBUF_CONTIG_RO | PyBUF_FORMAT) < 0)
        return NULL;
    PyObject *total = NULL;
    if (view.itemsize != 1 || view.ndim != 1 || (view.format && view.format[0] != 'B')) {
        PyErr_SetString(PyExc_BufferError, "byte_sum() needs bytes in one dimension");
        goto out;
    }
    total = PyLong_FromLong(0);
    for (Py_ssize_t start = 0; total && start < view.len; start += 1 << 20) {
        Py_ssize_t end = view.len - start < 1 << 20 ? view.len : start + (1 << 20);
        unsigned long part = 0;
        for (Py_ssize_t i = start; i < end; i++)
            part += ((unsigned char *)view.buf)[i];
        PyObject *term = PyLong_FromUnsignedLong(part);
        PyObject *next = term ? PyNumber_Add(total, term) : NULL;
        Py_XDECREF(term);
        Py_DECREF(total);
        total = next;
    }
out:
    PyBuffer_Release(&view);
    return total;
}

static PyMethodDef methods[] = {
    {"byte_sum", (PyCFunction)(void (*)(void))byte_sum, METH_FASTCALL, "The sum of the bytes of a C-contiguous buffer."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "fastsum", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
