// A system call in a method, called through a lambda.
#include <unistd.h>

namespace lab {
struct Log {
	__attribute__((noinline)) int append(int fd)
	{
		int done = fsync(fd); // HERE
		return done + 1;
	}
};
} // namespace lab

template <typename F> __attribute__((noinline)) int twice(F f)
{
	return f() + f(); // TWICE
}

int main()
{
	lab::Log log;
	return twice([&] { return log.append(-1) + 1; }) == 0; // LAMBDA
}
