/* INVARIANT(x): what we promise ourselves. On in release builds too: a node that
 * has lost its footing stops before it signs or stores anything more. It never
 * looks at bytes of a peer or a user. */
#ifndef CHAIN_BASE_INVARIANT_H
#define CHAIN_BASE_INVARIANT_H

#define INVARIANT(condition)                                                       \
	((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))

/* Says which invariant broke, where, and aborts. */
_Noreturn void invariant_broken(const char *condition, const char *file, int line);

#endif
