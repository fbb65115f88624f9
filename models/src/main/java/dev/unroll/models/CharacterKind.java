package dev.unroll.models;

import java.lang.Character.UnicodeScript;

/** What a character is to the words of a text; by the JDK's Unicode data. */
enum CharacterKind {
    /** Of an alphabet. */
    LETTER,
    /** A letter of Hebrew, which writes abbreviations with a double quote inside. */
    HEBREW,
    /** A decimal digit of any script. */
    DIGIT,
    /** An underscore and its like. */
    CONNECTOR,
    /** Of the script in which Japanese writes foreign words. */
    KATAKANA,
    /** It combines with what is before it. */
    EXTEND,
    /** It separates, and is no line end. */
    SPACE,
    /** LF or CR. */
    LINE_END,
    /** A mark, a symbol, or a character of a script that has no spaces between words. */
    OTHER;

    /** Below it, no script but those with spaces. */
    private static final int FIRST_THAI = 0xE00;
    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int ZERO_WIDTH_SPACE = 0x200B;

    static CharacterKind of(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> codePoint == '\n' || codePoint == '\r' ? LINE_END : SPACE;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            case Character.FORMAT ->
                codePoint == BYTE_ORDER_MARK || codePoint == ZERO_WIDTH_SPACE ? SPACE : EXTEND;
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> EXTEND;
            case Character.DECIMAL_DIGIT_NUMBER -> DIGIT;
            case Character.CONNECTOR_PUNCTUATION -> CONNECTOR;
            case Character.MODIFIER_SYMBOL -> Character.isEmojiModifier(codePoint) ? EXTEND : OTHER;
            default -> Character.isAlphabetic(codePoint) ? ofLetter(codePoint) : OTHER;
        };
    }

    private static CharacterKind ofLetter(int codePoint) {
        if (isProlongedSound(codePoint)) {
            return KATAKANA;
        }
        return switch (UnicodeScript.of(codePoint)) {
            case HEBREW -> HEBREW;
            case KATAKANA -> KATAKANA;
            default -> isUnspaced(codePoint) ? OTHER : LETTER;
        };
    }

    /** Common to both Japanese syllabaries, and nearly always behind katakana. */
    private static boolean isProlongedSound(int codePoint) {
        return codePoint == 0x30FC || codePoint == 0xFF70;
    }

    /** Whether it is of a script that has no spaces between words. */
    static boolean isUnspaced(int codePoint) {
        if (codePoint < FIRST_THAI) {
            return false;
        }
        return Character.isIdeographic(codePoint) || isProlongedSound(codePoint)
                || switch (UnicodeScript.of(codePoint)) {
                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR, TAI_LE, NEW_TAI_LUE, TAI_THAM, TAI_VIET,
                            AHOM ->
                        true;
                    default -> false;
                };
    }

    private boolean isLetter() {
        return this == LETTER || this == HEBREW;
    }

    private boolean isLetterOrDigit() {
        return isLetter() || this == DIGIT;
    }

    /** Whether a word goes on from this to the next character. */
    boolean joins(CharacterKind next) {
        if (this == CONNECTOR || next == CONNECTOR) {
            return next.isLetterOrDigit() || next == CONNECTOR || next == KATAKANA;
        }
        return (isLetterOrDigit() && next.isLetterOrDigit()) || (this == KATAKANA && next == KATAKANA);
    }

    /** Whether a word goes on from this over a mark to what follows that. */
    boolean joins(int mark, CharacterKind next) {
        return switch (mark) {
            // Apostrophes, hyphens.
            case '\'', 0x2019, '-', 0x2010, 0x2011 -> isLetterOrDigit() && next.isLetterOrDigit();
            case '.' -> (isLetter() && next.isLetter()) || (this == DIGIT && next == DIGIT);
            // The comma, and decimal and thousands separator of Arabic.
            case ',', 0x66B, 0x66C -> this == DIGIT && next == DIGIT;
            // The middle dot of Catalan.
            case 0xB7 -> isLetter() && next.isLetter();
            // And gershayim, the double quote's Hebrew double.
            case '"', 0x5F4 -> this == HEBREW && next == HEBREW;
            default -> false;
        };
    }
}
