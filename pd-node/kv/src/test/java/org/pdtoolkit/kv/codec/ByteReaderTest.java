package org.pdtoolkit.kv.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;

class ByteReaderTest {
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            NUMBER               | UNSIGNED             | SIGNED
            0                    | 00                   | 00
            1                    | 01                   | 02
            -1                   | ffffffffffffffffff01 | 01
            127                  | 7f                   | fe01
            128                  | 8001                 | 8002
            9223372036854775807  | ffffffffffffffff7f   | feffffffffffffffff01
            -9223372036854775808 | 80808080808080808001 | ffffffffffffffffff01
            """)
    void numbersHaveTheirBytes(long number, String unsigned, String signed) {
        Bytes plain = new ByteWriter(0).writeVarint(number).toBytes();
        Bytes zigzag = new ByteWriter(0).writeSigned(number).toBytes();
        assertEquals(unsigned, plain.toHex());
        assertEquals(signed, zigzag.toHex());
        assertEquals(number, new ByteReader(plain).readVarint());
        assertEquals(number, new ByteReader(zigzag).readSigned());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffffff02", "ffffffffffffffffffff01", "80", ""})
    void aNumberThatIsTooLongOrCutIsRefused(String hex) {
        ByteReader reader = new ByteReader(hex(hex));
        assertThrows(IllegalArgumentException.class, reader::readVarint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffffff01", "ffffffff07", "020a", "01"})
    void aLengthOverWhatIsLeftIsRefusedBeforeAnythingIsAllocated(String hex) {
        assertThrows(IllegalArgumentException.class, () -> new ByteReader(hex(hex)).readBytes());
    }

    @Test
    void stringsAndRestComeBack() {
        Bytes written =
                new ByteWriter(0)
                        .writeBytes(Bytes.utf8("key"))
                        .writeBytes(Bytes.EMPTY)
                        .writeRaw(Bytes.utf8("a value that makes the buffer grow"))
                        .toBytes();
        ByteReader reader = new ByteReader(written);
        assertEquals(Bytes.utf8("key"), reader.readBytes());
        assertEquals(Bytes.EMPTY, reader.readBytes());
        assertThrows(IllegalArgumentException.class, reader::expectEnd);
        assertEquals(Bytes.utf8("a value that makes the buffer grow"), reader.readRest());
        reader.expectEnd();
    }

    private static Bytes hex(String hex) {
        return Bytes.wrap(HexFormat.of().parseHex(hex));
    }
}
