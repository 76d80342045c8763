# Judges the object code of pure libraries: what they call, and that they keep no state.
# Arguments, each behind its mode:
#
#     mode=plan FLOOR_PLAN  mode=allowed ALLOWED_SYMBOLS
#     mode=nm library=NAME OUTPUT_OF_nm_-A_-f_sysv ...
#
# Prints a sentence for each wrong symbol; exit 1 then.

function trim(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

mode == "plan" {
	split($0, field, "|")
	name = field[1]
	pure[name] = field[3] == "TRUE"
	reach[name, name] = 1
	n = split(field[5], parts, " ")
	for (i = 1; i <= n; i++)
		for (used in pure)
			if ((parts[i], used) in reach)
				reach[name, used] = 1
	next
}

# symbol  where...  # reason; where: * or object files
mode == "allowed" {
	line = $0
	if (line !~ /#/ && line != "") {
		printf "allowed_symbols.txt:%d: a line without its reason\n", FNR
		count++
	}
	sub(/#.*$/, "", line)
	n = split(line, parts, " ")
	for (i = 2; i <= n; i++)
		allowed[parts[1], parts[i]] = 1
	next
}

# archive:member:name|value|class|type|size|line|section
{
	n = split($0, field, "|")
	if (n < 7)
		next
	m = split(field[1], parts, ":")
	name = trim(parts[m])
	member = parts[m - 1]
	sub(/\.o$/, "", member)
	class = trim(field[3])
	type = trim(field[4])
	section = trim(field[7])
	if (type == "SECTION" || type == "FILE" || name == "")
		next
	if (class == "U" || class == "w" || class == "v") {
		calls[library, member, name] = 1
	} else {
		if (class ~ /^[A-Z]$/)
			defined[library, name] = 1
		if (section ~ /^\.t?(data|bss)/ && section !~ /^\.data\.rel\.ro/)
			state[library, member, name] = 1
	}
	seen[library]++
}

END {
	for (key in calls) {
		split(key, part, SUBSEP)
		if (!pure[part[1]])
			continue
		checked++
		found = (part[3], "*") in allowed || (part[3], part[2]) in allowed
		for (used in pure)
			if ((part[1], used) in reach && (used, part[3]) in defined)
				found = 1
		if (!found) {
			printf "%s: %s calls %s, which a pure library may not\n", part[1], part[2], part[3]
			count++
		}
	}
	for (key in state) {
		split(key, part, SUBSEP)
		if (!pure[part[1]] || ((part[3], part[2]) in allowed))
			continue
		printf "%s: %s keeps state in %s, which a pure library may not\n", part[1], part[2], part[3]
		count++
	}
	for (name in pure)
		if (pure[name] && !seen[name]) {
			printf "%s: no symbols were read\n", name
			count++
		}
	printf "%d calls checked, %d wrong\n", checked, count
	exit count > 0 || checked == 0
}
