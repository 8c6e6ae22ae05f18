# Completion for pdctl; load it with: source <(pdctl completion bash)
_pdctl() {
    local cur=${COMP_WORDS[COMP_CWORD]}
    local path= args=0 words= flags= values= skip= connect=() i word
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $skip ]]; then
            case $skip in
                -u | --pd | --cacert | --cert | --key) connect+=("$skip" "$word") ;;
            esac
            skip=
            continue
        fi
        case $word in
            @VALUED@) skip=$word ;;
            -*) ;;
            *)
                case "$path $word" in
                    @PATHS@) path+=" $word" ;;
                    *) args=$((args + 1)) ;;
                esac
                ;;
        esac
    done
    case $skip in
        -o | --output) COMPREPLY=($(compgen -W 'json table raw' -- "$cur")); return ;;
        --cacert | --cert | --key | -f | --file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        ?*) return ;;
    esac
    case $path in
@CASES@
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$cur"))
        return
    fi
    if [[ $values == @member ]]; then
        values=$(pdctl "${connect[@]}" --timeout 1s __members 2>/dev/null </dev/null)
    fi
    ((args == 0)) || words=
    COMPREPLY=($(compgen -W "$words $values" -- "$cur"))
}
complete -F _pdctl pdctl
