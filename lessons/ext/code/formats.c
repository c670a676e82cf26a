/* What PyArg_ParseTuple makes of arguments, by format. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// ANCHOR: taken
static PyObject *take_i(PyObject *Py_UNUSED(module), PyObject *args)
{
    int value;
    return PyArg_ParseTuple(args, "i", &value) ? PyLong_FromLong(value) : NULL;
}

static PyObject *take_I(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned value;
    return PyArg_ParseTuple(args, "I", &value) ? PyLong_FromUnsignedLong(value) : NULL;
}
// ANCHOR_END: taken

static PyObject *take_k(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned long value;
    return PyArg_ParseTuple(args, "k", &value) ? PyLong_FromUnsignedLong(value) : NULL;
}

static PyObject *take_n(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t value;
    return PyArg_ParseTuple(args, "n", &value) ? PyLong_FromSsize_t(value) : NULL;
}

static PyObject *take_p(PyObject *Py_UNUSED(module), PyObject *args)
{
    int value;
    return PyArg_ParseTuple(args, "p", &value) ? PyLong_FromLong(value) : NULL;
}

static PyObject *take_s(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text;
    return PyArg_ParseTuple(args, "s", &text) ? PyLong_FromSize_t(strlen(text)) : NULL;
}

static PyObject *take_s_number(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text;
    Py_ssize_t length;
    return PyArg_ParseTuple(args, "s#", &text, &length) ? PyLong_FromSsize_t(length) : NULL;
}

static PyMethodDef methods[] = {
    {"i", take_i, METH_VARARGS, "int"},
    {"I", take_I, METH_VARARGS, "unsigned int, not checked"},
    {"k", take_k, METH_VARARGS, "unsigned long, not checked"},
    {"n", take_n, METH_VARARGS, "Py_ssize_t"},
    {"p", take_p, METH_VARARGS, "a truth value"},
    {"s", take_s, METH_VARARGS, "text as UTF-8 up to the NUL"},
    {"s#", take_s_number, METH_VARARGS, "text as UTF-8, or bytes, with a length"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "formats", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_formats(void)
{
    return PyModuleDef_Init(&definition);
}
