/* A Python extension module whose function makes a system call. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <unistd.h>

static PyObject *sync_it(PyObject *self, PyObject *args)
{
	(void)self;
	(void)args;
	fsync(-1); /* EXTENSION */
	Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
	{"sync", sync_it, METH_NOARGS, "makes a system call"},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "plug", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_plug(void)
{
	return PyModule_Create(&module);
}
