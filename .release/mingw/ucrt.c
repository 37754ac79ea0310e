/*
 * What DuckDB's library for Windows asks of Microsoft's newer C library (UCRT,
 * which it was compiled for) and Debian's mingw-w64, which links with the older
 * one (msvcrt.dll), has not. With these a program needs that one C library, on
 * every Windows. A toolchain for UCRT needs none of it.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

/* https://learn.microsoft.com/cpp/c-runtime-library/reference/vsnprintf-s-vsnprintf-s-vsnprintf-s-l-vsnwprintf-s-vsnwprintf-s-l */
int __stdio_common_vsnprintf_s(uint64_t options, char *to, size_t size, size_t most, const char *format, void *locale, va_list args)
{
	(void)options;
	(void)locale;
	size_t room = most < size ? most + 1 : size;
	int length = vsnprintf(to, room, format, args);
	return length < 0 || (size_t)length >= room ? -1 : length;
}

/* https://learn.microsoft.com/cpp/c-runtime-library/reference/vswprintf-s-vswprintf-s-l */
int __stdio_common_vswprintf(uint64_t options, wchar_t *to, size_t size, const wchar_t *format, void *locale, va_list args)
{
	(void)options;
	(void)locale;
	return vsnwprintf(to, size, format, args);
}

/* The newer library has functions where the older has variables. */
static long *zone_offset(void) { return &_timezone; }
static char **zone_names(void) { return _tzname; }
long *(*__imp___timezone)(void) = zone_offset;
char **(*__imp___tzname)(void) = zone_names;
