/* cairnd network: networks of several organisations, each with a machine of its own. One founds
 * it, and hands out invitations; the others join with them. */
#ifndef NODE_SHELL_NETWORK_COMMAND_H
#define NODE_SHELL_NETWORK_COMMAND_H

/* `arguments` are those behind "network". Gives the exit code. */
int network_command(int count, char **arguments);

#endif
