#include "node/shell/command_line.h"

#include <stddef.h>
#include <string.h>

const char *command_value(const char *name, int count, char **arguments, int *at)
{
	const char *argument = arguments[*at];
	size_t size = strlen(name);

	if (strncmp(argument, name, size) != 0)
		return NULL;
	if (argument[size] == '=')
		return argument + size + 1;
	return argument[size] == '\0' && *at + 1 < count ? arguments[++*at] : NULL;
}
