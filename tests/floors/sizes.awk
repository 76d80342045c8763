# Small rooms: no file over 700 lines, no function over 100, unless an exception says why.
# A function's body starts with a line that is "{" alone and ends with the next "}" in the
# first column. Arguments: mode=exceptions FILE  mode=source FILE...

function wrong(path, sentence)
{
	used[path] = 1
	if (path in excepted)
		return
	print path ": " sentence
	count++
}

function end_file()
{
	if (lines > 700)
		wrong(path, "has " lines " lines, and 700 are the most")
}

# path  reason
mode == "exceptions" {
	if ($0 ~ /^#/ || NF == 0)
		next
	if (NF < 2) {
		print "exceptions.txt:" FNR ": an exception without its reason"
		count++
	}
	excepted[$1] = 1
	next
}

FNR == 1 {
	end_file()
	path = FILENAME
	start = 0
	files++
}

{
	lines = FNR
}

$0 == "{" {
	start = FNR
}

/^}/ && start {
	if (FNR - start + 1 > 100)
		wrong(path, "the function that starts at line " start " has " FNR - start + 1 \
		      " lines, and 100 are the most")
	functions++
	start = 0
}

END {
	end_file()
	for (path in excepted)
		if (!(path in used)) {
			print "exceptions.txt: " path " needs no exception any more"
			count++
		}
	printf "%d files with %d functions checked, %d wrong\n", files, functions, count
	exit count > 0 || functions == 0
}
