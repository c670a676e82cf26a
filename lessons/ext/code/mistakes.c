/* Functions that break a rule each. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// ANCHOR: same
static PyObject *same(PyObject *Py_UNUSED(module), PyObject *arg)
{
    return arg; // gives away a reference that is the caller's
}
// ANCHOR_END: same

// ANCHOR: both
static PyObject *both(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long value = PyLong_AsLong(arg); // -1 and an exception, if it is too large
    return PyLong_FromLong(value);
}
// ANCHOR_END: both

static PyObject *neither(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(arg))
{
    return NULL;
}

// ANCHOR: meanwhile
static PyObject *meanwhile(PyObject *Py_UNUSED(module), PyObject *arg)
{
    PyObject *copy;
    Py_BEGIN_ALLOW_THREADS
    copy = PyBytes_FromStringAndSize(NULL, 1000); // an object, without the GIL
    Py_END_ALLOW_THREADS
    Py_XDECREF(copy);
    return Py_NewRef(arg);
}
// ANCHOR_END: meanwhile

static PyMethodDef methods[] = {
    {"same", same, METH_O, "The argument; without a reference."},
    {"both", both, METH_O, "A C long; with an exception, if it is too large."},
    {"neither", neither, METH_O, "No value and no exception."},
    {"meanwhile", meanwhile, METH_O, "The argument; makes an object without the GIL."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "mistakes", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_mistakes(void)
{
    return PyModuleDef_Init(&definition);
}
