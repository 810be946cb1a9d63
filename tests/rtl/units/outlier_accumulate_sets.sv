// The unit beside an array's adder, both in front of banks of two memories, for even and odd addresses.
module outlier_accumulate_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer W = 16 + K;
    localparam integer IN = K + A + 4;
    reg [W-1:0] words[0:15];   // of two banks of eight
    wire [3:0] place = x[3:0], array_place = x[7:4];
    wire [W-1:0] array_present, written, array_written;
    wire write, write_bank, array_write, array_bank;
    wire [2:0] write_address, array_address;
    outlier_accumulate #(.W(W), .DEPTH(8), .IN(IN)) unit (
        .clk(clk), .rst(1'b0), .ripe(x[8] & enable), .gathered(a[IN-1:0]), .go(x[9] & enable), .bank(place[3]), .address(place[2:0]),
        .stored(words[place]), .array_write(array_write), .array_bank(array_bank), .array_address(array_address),
        .array_written(array_written), .array_read_bank(array_place[3]), .array_read_address(array_place[2:0]),
        .array_stored(words[array_place]), .array_present(array_present), .write(write), .write_bank(write_bank),
        .write_address(write_address), .written(written)
    );
    accumulator_update #(.W(W), .DEPTH(8), .IN(IN)) array (
        .clk(clk), .rst(1'b0), .enable(x[10] & enable), .first(x[11]), .bank(array_place[3]), .address(array_place[2:0]), .shift(1'b0),
        .addend(b[IN-1:0]), .stored(array_present), .write(array_write), .write_bank(array_bank), .write_address(array_address),
        .written(array_written)
    );
    always @(posedge clk) begin
      if (write) words[{write_bank, write_address}] <= written;
      if (array_write) words[{array_bank, array_address}] <= array_written;
    end
    assign results[s*128+:128] = {{64 - W{array_written[W-1]}}, array_written, {64 - W{written[W-1]}}, written};
  end
endmodule
