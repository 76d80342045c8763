# Judges every #include of the project by the floor plan. Arguments, each behind its mode:
#
#     mode=plan FLOOR_PLAN  mode=files LIST_OF_EXISTING_FILES  mode=source FILE...
#
# Paths are relative to the project. Prints a sentence for each wrong line; exit 1 then.

function wrong(sentence)
{
	printf "%s:%d: %s\n", FILENAME, FNR, sentence
	count++
}

function folder_of(path)
{
	return sub(/\/[^\/]*$/, "", path) ? path : ""
}

# What a header from outside belongs to, in the words of WORLD; empty: the C library's.
function world_of(header)
{
	if (header ~ /^secp256k1.*\.h$/)
		return "secp256k1"
	if (header ~ /^openssl\//)
		return "crypto"
	if (header ~ /^rocksdb\//)
		return "rocksdb"
	if (header == "jansson.h")
		return "jansson"
	if (header ~ /^libwebsockets/)
		return "websockets"
	if (header ~ /^wslay\//)
		return "wslay"
	if (header == "uv.h" || header ~ /^uv\//)
		return "uv"
	if (header ~ /^curl\//)
		return "curl"
	if (header == "check.h")
		return "check"
	return ""
}

BEGIN {
	# Rooms of one library that stand on each other: only downwards here, too.
	n = split("chain/base chain/codec chain/crypto chain/proof chain/ledger chain/receipt " \
	          "chain/content", \
	          rooms, " ")
	for (i = 1; i <= n; i++)
		rank[rooms[i]] = i
	# ISO C without clock, signals, threads, locale; and macros that are data structures.
	n = split("float.h inttypes.h limits.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h " \
	          "stdio.h stdlib.h stdnoreturn.h string.h uthash.h utlist.h", names, " ")
	for (i = 1; i <= n; i++)
		pure_header[names[i]] = 1
}

# name|floor|pure|folders|uses|world, lower floors first
mode == "plan" {
	split($0, field, "|")
	library = field[1]
	pure[library] = field[3] == "TRUE"
	reach[library, library] = 1
	n = split(field[4], parts, " ")
	for (i = 1; i <= n; i++)
		owner[parts[i]] = library
	n = split(field[5], parts, " ")
	for (i = 1; i <= n; i++)
		for (used in pure)
			if ((parts[i], used) in reach)
				reach[library, used] = 1
	n = split(field[6], parts, " ")
	for (i = 1; i <= n; i++)
		world[library, parts[i]] = 1
	next
}

mode == "files" {
	exists[$0] = 1
	next
}

FNR == 1 {
	folder = folder_of(FILENAME)
	library = owner[folder]
	if (library == "")
		wrong("the folder " folder " is in no library of CMakeLists.txt")
	if (library == "chain" && !(folder in rank))
		wrong("the folder " folder " has no place in the order of tests/floors/includes.awk")
}

library != "" && /^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, parts, "\"")
	header = parts[2]
	to = folder_of(header)
	if (!(header in exists))
		wrong("there is no " header "; includes are spelled whole from the root")
	else if (!(to in owner))
		wrong(library " may not include " header ": it is in no library")
	else if (!((library, owner[to]) in reach))
		wrong(library " may not include " header " of " owner[to] ": not among what it uses")
	else if (folder in rank && to in rank && rank[to] > rank[folder])
		wrong(folder " may not include " header ": it stands below " to)
	checked++
}

library != "" && /^[ \t]*#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*$/, "", header)
	from = world_of(header)
	if (from != "" && !((library, from) in world))
		wrong(library " may not include <" header ">: it does not declare WORLD " from)
	else if ((from == "secp256k1" || from == "crypto") && folder != "chain/crypto")
		wrong("<" header "> is for chain/crypto alone")
	else if (from == "" && pure[library] && !(header in pure_header))
		wrong(library " is pure and may not include <" header ">")
	taken[library, from] = 1
	checked++
}

END {
	# What is declared and not used would be asked of everybody who builds this.
	for (key in world) {
		split(key, parts, SUBSEP)
		found = 0
		for (used in pure)
			if ((parts[1], used) in reach && (used, parts[2]) in taken)
				found = 1
		if (!found) {
			print "CMakeLists.txt: " parts[1] " declares WORLD " parts[2] \
			      " and includes nothing of it"
			count++
		}
	}
	printf "%d includes checked, %d wrong\n", checked, count
	if (checked == 0)
		print "nothing was checked"
	exit count > 0 || checked == 0
}
