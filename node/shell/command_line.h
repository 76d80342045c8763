/* What the commands of cairnd share in reading their arguments. */
#ifndef NODE_SHELL_COMMAND_LINE_H
#define NODE_SHELL_COMMAND_LINE_H

enum { EXIT_USAGE = 2 }; /* the command line was not understood */

/* The value of the argument at *at, behind "NAME=" or behind NAME, where *at moves on to it;
 * NULL: it is another argument, or the value is missing. */
const char *command_value(const char *name, int count, char **arguments, int *at);

#endif
