/* One phase, as extensions were written for twenty years; the GIL is held. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *byte_sum(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"data", NULL};
    Py_buffer view;
    unsigned long long total = 0;

    (void)self;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y*:byte_sum", names, &view))
        return NULL;
    const unsigned char *at = view.buf, *end = at + view.len;
    while (at < end)
        total += *at++;
    PyBuffer_Release(&view);
    return Py_BuildValue("K", total);
}

static PyMethodDef methods[] = {
    {"byte_sum", (PyCFunction)(void (*)(void))byte_sum, METH_VARARGS | METH_KEYWORDS, "The sum of the bytes of a buffer."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "fastsum", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModule_Create(&definition);
}
