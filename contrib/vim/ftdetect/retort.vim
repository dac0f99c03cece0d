" SPDX-License-Identifier: MIT
" Rule files of retort are *.ini files with a section that only they have.
autocmd BufRead,BufNewFile *.ini call s:look()

function! s:look() abort
	for l:line in getline(1, 200)
		if l:line =~# '^\[\%(rule\|hours\|list\|table\) [a-z0-9_.-]\+\]'
			set filetype=retort
			return
		endif
	endfor
endfunction
