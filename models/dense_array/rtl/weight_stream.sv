// Turns the words of the weight port into rows for the trees' weight registers. A tile is rows x columns codes of `bits` bits, packed
// without gaps, row after row, from the low end of its first word; rows and codes may lie across words.
// Ports   start: a tile begins; in this cycle rows, columns and bits are read from the ports, later they must stay.
//         take, word: a word of the tile arrives. last: with it all rows are there.
//         row_write[t], row[t]: row t is complete with this word; LANES codes of K bits, sign-extended if codes_signed, else with
//         zeros; lanes from `columns` on are 0.
// Depth   0: a row is written at the end of the cycle that brings its last bit, so a tile takes ceil(rows columns bits / PORT).
// Timing  docs/timing-model.md, "Weights", port time        Twin  unpack_codes, core/bit_stream.h, in dense_mac_array::unpack
// Without the choice of a piece of wide codes: the buffer sends only the bits of the pass.
module weight_stream #(
    parameter integer PORT = 128,
    parameter integer TREES = 16,
    parameter integer LANES = 16,
    parameter integer K = 4
) (
    input  wire                     clk,
    input  wire                     start,
    input  wire                     take,
    input  wire [         PORT-1:0] word,
    input  wire [              8:0] rows,
    input  wire [              6:0] columns,
    input  wire [              3:0] bits,
    input  wire                     codes_signed,
    output reg                      last,
    output reg  [        TREES-1:0] row_write,
    output reg  [TREES*LANES*K-1:0] row
);
  localparam integer ROW = LANES * K;
  localparam integer WINDOW = ROW + PORT;
  localparam integer COUNT = $clog2(TREES * ROW + PORT + 1) + 1;

  // Bits seen before this word, where the first incomplete row begins, and that row's bits.
  reg [COUNT-1:0] seen, base;
  reg [ROW-1:0] left;
  wire [COUNT-1:0] seen_before = start ? 0 : seen;
  wire [COUNT-1:0] base_before = start ? 0 : base;
  wire [COUNT-1:0] seen_now = seen_before + PORT[COUNT-1:0];
  wire [WINDOW-1:0] window = {{PORT{1'b0}}, start ? {ROW{1'b0}} : left} | ({{ROW{1'b0}}, word} << (seen_before - base_before));
  wire [COUNT-1:0] row_bits = {{COUNT - 7{1'b0}}, columns} * {{COUNT - 4{1'b0}}, bits};

  integer t, l, b;
  reg [COUNT-1:0] begin_of_row, end_of_row, base_now;
  reg [WINDOW-1:0] shifted;
  reg signed [K-1:0] at_top;
  always @(*) begin
    end_of_row = 0;
    base_now = base_before;
    last = 1'b0;
    row = 0;
    shifted = 0;
    at_top = 0;
    l = 0;
    b = 0;
    for (t = 0; t < TREES; t = t + 1) begin
      begin_of_row = end_of_row;
      end_of_row = end_of_row + row_bits;
      row_write[t] = take & end_of_row <= seen_now & end_of_row > seen_before & {23'd0, rows} > t;
      if (end_of_row <= seen_now & end_of_row > base_before) base_now = end_of_row;
      if ({23'd0, rows} == t + 1) last = end_of_row <= seen_now;
      if (row_write[t]) begin
        shifted = window >> (begin_of_row - base_before);
        for (b = 1; b <= K; b = b + 1)
          if ({28'd0, bits} == b)
            for (l = 0; l < LANES; l = l + 1)
              if ({25'd0, columns} > l) begin
                at_top = shifted[l*b+:K] << (K - b);
                if (codes_signed) row[(t*LANES+l)*K+:K] = at_top >>> (K - b);
                else row[(t*LANES+l)*K+:K] = $unsigned(at_top) >> (K - b);
              end
      end
    end
  end

  wire [WINDOW-1:0] rest = window >> (base_now - base_before);

  always @(posedge clk)
    if (take) begin
      seen <= seen_now;
      base <= base_now;
      left <= rest[ROW-1:0];
    end
endmodule
