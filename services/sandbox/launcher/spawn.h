#ifndef SANDPIPER_SPAWN_H
#define SANDPIPER_SPAWN_H

/*
 * Reads the system call filter that every sandbox gets, as `struct sock_filter`s in a file. Called once, by the launcher.
 * Returns -1 with errno where it cannot be read, or is no filter.
 */
int loadFilter(const char *file);

/*
 * Becomes a sandbox whose process 1 is the init, with `conn` as its descriptors 0, 1 and 2; does not return. What goes wrong is
 * one line of text on `conn`.
 *
 * The strings are, in this order: root directory; uid_map; gid_map; user and group inside; program inside; work directory inside;
 * then operations, which are done in their order once the root is the root:
 *   mount    <type> <source> <destination> <flags of mount(2), decimal> <data>
 *   devices  <destination>                  the few harmless devices, over nothing else
 *   bind     <source on the host> <destination>   read-only, without set-user-ID and devices
 *   mask     <path>                         hidden behind nothing, where it is there
 *   readonly <path>                         where it is there
 */
_Noreturn void spawnSandbox(int conn, char **strings, int count);

#endif
